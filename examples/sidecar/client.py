#!/usr/bin/env python3
"""Lists the bookings of a venue by a word: a client of the sidecar with Python's standard library alone."""
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

GATEWAY = os.environ.get("GATEWAY_URL", "http://localhost:3000")
HEADERS = {"Connection-Id": os.environ.get("CONNECTION_ID", "demo-venue"), "Roller-Max-Wait": "20"}
if "API_KEY" in os.environ:
    HEADERS["Authorization"] = "Bearer " + os.environ["API_KEY"]

PROBLEM = "application/problem+json"
TRIES = 3


class Rejected(Exception):
    """The gateway or ROLLER rejected the call. `code` is None if ROLLER did."""

    def __init__(self, status, code, message):
        super().__init__(message)
        self.status = status
        self.code = code


def call(method, path, query=None, body=None):
    """Makes one call to ROLLER. Waits as long as Retry-After requires."""
    url = GATEWAY + "/roller" + path + ("?" + urllib.parse.urlencode(query) if query else "")
    data = None if body is None else json.dumps(body).encode()
    headers = HEADERS if data is None else {**HEADERS, "Content-Type": "application/json"}
    for left in reversed(range(TRIES)):
        try:
            with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=90) as answer:
                text = answer.read()
                return json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            retry_after = error.headers.get("Retry-After")
            # A 429 with Retry-After was not executed by ROLLER, so even a POST may be sent again.
            if error.code == 429 and retry_after and left:
                time.sleep(int(retry_after))
                continue
            raise rejection(error) from None


def rejection(error):
    text = error.read().decode(errors="replace")
    if error.headers.get_content_type() != PROBLEM:
        return Rejected(error.code, None, f"ROLLER answered {error.code}: {text[:500]}")
    problem = json.loads(text)
    return Rejected(error.code, problem["code"], f"{problem['detail']} {problem['hint']}")


def main(word):
    venue = call("GET", "/venues/me")
    print(f"{venue['name']}:")
    for booking in call("GET", "/bookings", {"keywords": word})["bookings"]:
        print(f"  {booking['bookingReference']}  {booking['name']}")


if __name__ == "__main__":
    try:
        main(sys.argv[1] if len(sys.argv) > 1 else "smith")
    except (Rejected, urllib.error.URLError) as error:
        sys.exit(str(error))
