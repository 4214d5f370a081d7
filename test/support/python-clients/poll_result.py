"""Polls one job with growing pauses and prints what it sees: base URL, key, job id. It knows `completed` and `failed`; all else is waiting."""

import asyncio
import sys

import requests

base_url, key, job_id = sys.argv[1:]


async def poll(most_seconds):
    pause, waited = 0.5, 0
    while waited < most_seconds:
        answer = requests.get(
            f"{base_url}/classify/{job_id}",
            headers={"api-key": key, "Content-Type": "application/json"},
        )
        if answer.status_code == 200:
            job = answer.json()
            if job["status"] == "completed":
                return job["result"]
            if job["status"] == "failed":
                raise RuntimeError(job.get("error", "Unknown error"))
            print(f"{job['status']}: {job.get('progress', 'N/A')}", flush=True)
        await asyncio.sleep(pause)
        waited += pause
        pause = min(pause * 2, 4)
    raise RuntimeError("timed out")


try:
    result = asyncio.run(poll(50))
    print(f"done: {result['classification']}")
except RuntimeError as error:
    print(f"failed: {error}")
