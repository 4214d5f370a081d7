# One image for the API and the workers; docker-compose.yml says which of them a container is.
# Its Node is that of the image: the version is the one in package-lock.json, and a test holds the two together.
FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Every package that has native code carries it ready-built, so no install script needs to run. The package `node` brings
# a Node for bare machines, 120 MB that this image has already.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
  && rm -rf node_modules/node node_modules/.bin/node

FROM node:24.21.0-bookworm-slim
# What a page looks like must not depend on luck: the packages bring glyphs for Latin, Chinese, Japanese and Korean text whose
# font is not embedded, and these add the fonts that documents call by name and further scripts.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends fonts-liberation fonts-dejavu-core fonts-droid-fallback \
  && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY tools ./tools
COPY workflows ./workflows
COPY activities ./activities
COPY src ./src
COPY docs/errors.md ./docs/errors.md
# Nothing below /app is ever written; documents that are being rendered pass through the system's temporary folder.
USER node
EXPOSE 8080
# Node itself and not `npm run`, so that SIGTERM reaches it.
CMD ["node", "--max-semi-space-size=4", "src/api.ts"]
