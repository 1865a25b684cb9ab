"""Deliveries as those post them that are not GitHub: what is signed, how, and the headers that say so."""
import base64
import hashlib
import hmac
import json
import time
import uuid

SECRETS = {"vercel": "the secret of vercel", "linear": "the secret of linear", "sentry": "the secret of sentry",
           "generic": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
VARIABLES = {"vercel": "LIGHTFAST_VERCEL_WEBHOOK_SECRET", "linear": "LIGHTFAST_LINEAR_WEBHOOK_SECRET",
             "sentry": "LIGHTFAST_SENTRY_CLIENT_SECRET", "generic": "LIGHTFAST_WEBHOOK_SECRET"}
ENVIRONMENT = {VARIABLES[name]: secret for name, secret in SECRETS.items()}
TIME = "2026-03-01T12:00:00.250Z"

PAYLOADS = {
    "vercel": {"id": "uev_1", "type": "deployment.succeeded", "createdAt": 1772366400123, "region": "iad1", "payload": {
        "team": {"id": "team_1"}, "user": {"id": "u1"}, "target": "production", "plan": "pro", "project": {"id": "prj_1", "name": "web"},
        "deployment": {"id": "dpl_9", "name": "web", "url": "web-9.vercel.app", "meta": {
            "githubCommitSha": "1" * 40, "githubCommitRef": "retry", "githubOrg": "acme", "githubRepo": "web",
            "githubCommitAuthorLogin": "tom", "githubCommitMessage": "Retry uploads"}},
        "links": {"deployment": "https://vercel.com/acme/web/9", "project": "https://vercel.com/acme/web"}}},
    "linear": {"action": "update", "type": "Issue", "actor": {"id": "u-mia", "type": "user", "name": "Mia"}, "createdAt": TIME,
               "organizationId": "o-1", "webhookId": "w-1", "url": "https://linear.app/acme/issue/LIN-482/uploads-fail", "data": {
                   "id": "i-1", "identifier": "LIN-482", "number": 482, "title": "Uploads fail", "description": "They do not retry.",
                   "createdAt": "2026-02-01T00:00:00.000Z", "updatedAt": TIME, "team": {"id": "t-1", "key": "LIN"},
                   "state": {"id": "s-2", "name": "In Review", "type": "started"}, "creatorId": "u-tom", "assigneeId": "u-mia",
                   "assignee": {"id": "u-mia", "name": "Mia"}, "labelIds": ["l-1"], "labels": [{"id": "l-1", "name": "bug"}]},
               "updatedFrom": {"updatedAt": "2026-02-28T00:00:00.000Z", "assigneeId": "u-zoe"}},
    "sentry": {"action": "created", "installation": {"uuid": "7a485448"}, "actor": {"type": "application", "id": "sentry", "name": "Sentry"},
               "data": {"issue": {"id": "1170820242", "shortId": "WEB-24M", "title": "ReferenceError: x is not defined",
                                  "culprit": "?(runner)", "status": "unresolved", "level": "error", "platform": "javascript",
                                  "firstSeen": TIME, "lastSeen": TIME, "project": {"id": "1", "slug": "web"}, "metadata": {"value": "x"}}}},
    "generic": {"type": "invoice.paid", "timestamp": TIME, "data": {"id": "in_1", "amount": 5, "title": "Invoice 1"}},
}
SUBJECTS = {"vercel": "deployment:dpl_9", "linear": "issue:LIN-482", "sentry": "issue:sentry/1170820242", "generic": "invoice:in_1"}


def digest(algorithm, body, secret):
    return hmac.new(secret.encode(), body, algorithm).hexdigest()


def standard_signature(body, number, seconds, secret):
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.new(key, f"{number}.{seconds}.".encode() + body, hashlib.sha256).digest()).decode()


def delivery(sender, payload=None, secret=None, number=None, sent=None):
    """The body and the headers of a delivery; `sent`: when, in seconds."""
    payload, secret, number = payload or PAYLOADS[sender], secret or SECRETS[sender], number or str(uuid.uuid4())
    sent = int(sent or time.time())
    if sender == "linear":
        payload = payload | {"webhookTimestamp": sent * 1000}
    body = json.dumps(payload).encode()
    headers = {
        "vercel": lambda: {"x-vercel-signature": digest(hashlib.sha1, body, secret)},
        "linear": lambda: {"Linear-Signature": digest(hashlib.sha256, body, secret), "Linear-Delivery": number, "Linear-Event": "Issue"},
        "sentry": lambda: {"Sentry-Hook-Signature": digest(hashlib.sha256, body, secret), "Sentry-Hook-Resource": "issue",
                           "Sentry-Hook-Timestamp": str(sent), "Request-ID": number},
        "generic": lambda: {"webhook-id": number, "webhook-timestamp": str(sent),
                            "webhook-signature": standard_signature(body, number, sent, secret)},
    }[sender]()
    return body, headers | {"Content-Type": "application/json"}
