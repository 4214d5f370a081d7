"""Reads many jobs at once over one session: base URL, key, job ids."""

import asyncio
import sys

import aiohttp

base_url, key, *job_ids = sys.argv[1:]


async def read(session, job_id):
    headers = {"api-key": key, "Content-Type": "application/json"}
    async with session.get(f"{base_url}/classify/{job_id}", headers=headers) as answer:
        return await answer.json()


async def monitor():
    async with aiohttp.ClientSession() as session:
        return await asyncio.gather(*(read(session, job_id) for job_id in job_ids))


for job in asyncio.run(monitor()):
    print(job["job_id"], job["status"], (job["result"] or {}).get("classification"), job["error"])
