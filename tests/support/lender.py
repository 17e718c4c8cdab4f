"""Who lends keys of Amazon's manner for a while: a cluster's STS and a container's endpoint, over TLS."""

import datetime
import json
import secrets
import urllib.parse

import guard

ROLE = "arn:aws:iam::000000000000:role/heirloom"
REGION = "us-east-1"


class Bank:
    """Lends keys that live for `life` seconds to who shows the token, in the manner of STS or of a container. `closed`:
    it lends none. `taken_back`: which of them end before their time."""

    def __init__(self, authority, token):
        self.token, self.life = token, 900
        self.lent, self.taken_back, self.closed = {}, set(), False
        self.door = guard.Door(authority, self.answer)

    def answer(self, asked):
        form = dict(urllib.parse.parse_qsl(asked.body.decode()))
        by_identity = bool(form)
        if by_identity:
            good = (form.get("Action"), form.get("WebIdentityToken"), form.get("RoleArn")) == (
                "AssumeRoleWithWebIdentity", self.token, ROLE)
        else:
            good = asked.headers.get("Authorization") == self.token
        if self.closed or not good:
            error = "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>" if by_identity else "{}"
            return 403, {}, error.encode()
        key = f"ASIA{len(self.lent):04}"
        ends = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=self.life)
        secret, session = secrets.token_hex(20), secrets.token_urlsafe(60) + "+/="
        self.lent[key] = (secret, session, ends)
        until = ends.strftime("%Y-%m-%dT%H:%M:%SZ")
        if by_identity:
            lent = (f"<AccessKeyId>{key}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey>"
                    f"<SessionToken>{session}</SessionToken><Expiration>{until}</Expiration>")
            text = ("<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>" + lent
                    + "</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>")
            return 200, {"Content-Type": "text/xml"}, text.encode()
        text = json.dumps({"AccessKeyId": key, "SecretAccessKey": secret, "Token": session, "Expiration": until})
        return 200, {"Content-Type": "application/json"}, text.encode()

    def refuse(self, asked, who, address):
        """The code of what is wrong with a request to `address` that `guard.signed_by` says `who` of; None: it may pass."""
        if who is None:
            return "MissingAuthenticationToken"
        key, region, service = who
        if key not in self.lent:
            return "InvalidClientTokenId"
        secret, session, ends = self.lent[key]
        if key in self.taken_back or datetime.datetime.now(datetime.timezone.utc) >= ends:
            return "ExpiredToken"
        if region != REGION:
            return "IncompleteSignature"
        good = guard.is_signed(asked, address, key, secret, session, region, service)
        return None if good else "SignatureDoesNotMatch"

    def by_identity(self, token_file):
        """What a cluster puts into the environment of who shows its token to STS."""
        return {
            "AWS_ROLE_ARN": ROLE,
            "AWS_WEB_IDENTITY_TOKEN_FILE": str(token_file),
            "AWS_ENDPOINT_URL_STS": self.door.url,
        }

    def by_container(self, token_file):
        return {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": self.door.url + "/keys",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(token_file),
        }
