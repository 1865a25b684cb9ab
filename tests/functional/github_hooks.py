"""Deliveries as GitHub posts them."""
import hashlib
import hmac
import uuid

SECRET = "the secret of the hook"


def signature(body, secret=SECRET):
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def headers_of(body, event="push", number=None, secret=SECRET):
    return {"Content-Type": "application/json", "X-GitHub-Event": event, "X-GitHub-Delivery": number or str(uuid.uuid4()),
            "X-Hub-Signature-256": signature(body, secret)}
