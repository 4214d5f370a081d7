"""Reads one job and prints it: base URL, key, job id."""

import sys

import requests

base_url, key, job_id = sys.argv[1:]
answer = requests.get(
    f"{base_url}/classify/{job_id}",
    headers={"api-key": key, "Content-Type": "application/json"},
)
if answer.status_code != 200:
    print(f"{answer.status_code}: {answer.json()['detail']}")
    sys.exit(0)

job = answer.json()
print(f"{job['job_id']} {job['status']}, {job.get('progress', 'N/A')}")
if job["status"] == "completed":
    result = job["result"]
    print(f"{result['classification']} {result['confidence']:.2f}, {result['total_pages']} pages")
    for page in result["page_results"]:
        print(f"{page['page']}: {page['classification']} {page['confidence']:.2f}")
elif job["status"] == "failed":
    print(job.get("error", "Unknown error"))
