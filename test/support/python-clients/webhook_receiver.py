"""Receives webhooks at /classification-webhook of the given port and prints what they say."""

import sys

from flask import Flask, request
from werkzeug.serving import make_server

app = Flask(__name__)


@app.route("/classification-webhook", methods=["POST"])
def receive():
    job = request.json
    if job["status"] == "completed":
        result = job["result"]
        print(f"route: {result['classification']} {result['confidence']:.2f}", flush=True)
        return {"status": "processed"}, 200
    if job["status"] == "failed":
        print(f"failed: {job['error']}", flush=True)
        return {"status": "error_logged"}, 200
    print(f"ignored: {job['status']}", flush=True)
    return {"status": "ignored"}, 200


server = make_server("127.0.0.1", int(sys.argv[1]), app)
print("listening", flush=True)
server.serve_forever()
