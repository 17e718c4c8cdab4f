"""Servers that look at who asks, before the real ones of tests/services, which do not: with TLS by an authority of the
test's own, and what a product answers to credentials that are wrong or over.

Signatures are checked by botocore (Debian: python3-botocore), which is not ours and knows nothing of us.
"""

import datetime
import hashlib
import http.client
import http.server
import pathlib
import ssl
import subprocess
import threading
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials

PATIENCE = 60


class Authority:
    """Nobody else trusts it. `file` is what is to be trusted; `context` serves as 127.0.0.1."""

    def __init__(self, folder, name="a test's authority"):
        folder = pathlib.Path(folder)
        folder.mkdir(exist_ok=True)
        self.file = str(folder / "ca.pem")
        key, request, leaf = (str(folder / part) for part in ("key.pem", "request.pem", "leaf.pem"))
        extensions = folder / "extensions"
        extensions.write_text("subjectAltName=IP:127.0.0.1\nbasicConstraints=critical,CA:FALSE\n")
        fresh = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        self._openssl("req", "-x509", *fresh, "-subj", f"/CN={name}", "-days", "2", "-keyout", str(folder / "ca.key"), "-out", self.file)
        self._openssl("req", *fresh, "-subj", "/CN=127.0.0.1", "-keyout", key, "-out", request)
        self._openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", str(folder / "ca.key"), "-CAcreateserial",
                      "-days", "2", "-extfile", str(extensions), "-out", leaf)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(leaf, key)

    @staticmethod
    def _openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)


class Asked:
    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.body = method, path, headers, body


class Door:
    """Answers each request by `answer(asked)`: (status, headers, body)."""

    def __init__(self, authority, answer):
        door = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = PATIENCE
            disable_nagle_algorithm = True

            def setup(self):
                # Here, in the connection's own thread: whoever does not shake hands stops nobody else.
                self.request.settimeout(PATIENCE)
                self.request = authority.context.wrap_socket(self.request, server_side=True)
                super().setup()

            def finish(self):
                super().finish()
                self.request.close()

            def serve(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, headers, text = door.answer(Asked(self.command, self.path, self.headers, body))
                self.send_response_only(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(text)

            do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = serve

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass  # Who does not trust us hangs up.

        self.answer = answer
        self.server = Server(("127.0.0.1", 0), Handler)
        self.address = "127.0.0.1:%d" % self.server.server_port
        self.url = "https://" + self.address
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Guard(Door):
    """Before `upstream`: passed on is what `check(asked)` gives None for; else it gives the answer. `own_keys`, (id, secret,
    region, service): those that `upstream` knows, which sign anew what is passed on."""

    def __init__(self, authority, upstream, check, own_keys=None):
        self.upstream = urllib.parse.urlsplit(upstream).netloc
        self.own_keys = own_keys
        self.check = check
        self.passed = self.refused = 0
        super().__init__(authority, self._judge)

    def _judge(self, asked):
        refusal = self.check(asked)
        if refusal:
            self.refused += 1
            return refusal
        self.passed += 1
        connection = http.client.HTTPConnection(self.upstream, timeout=PATIENCE)
        try:
            headers = {name: value for name, value in asked.headers.items() if name.lower() != "connection"}
            if self.own_keys:
                headers = self._signed_anew(asked, headers)
            connection.request(asked.method, asked.path, asked.body or None, headers)
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        dropped = ("connection", "content-length", "transfer-encoding", "keep-alive")
        return answer.status, {name: value for name, value in answer.getheaders() if name.lower() not in dropped}, body


    def _signed_anew(self, asked, headers):
        key, secret, region, service = self.own_keys
        theirs = ("authorization", "host", "x-amz-date", "x-amz-security-token")
        headers = {name: value for name, value in headers.items() if name.lower() not in theirs}
        request = botocore.awsrequest.AWSRequest(
            asked.method, f"http://{self.upstream}{asked.path}", data=asked.body, headers={**headers, "Host": self.upstream})
        signer = botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth
        signer(botocore.credentials.Credentials(key, secret), service, region).add_auth(request)
        return dict(request.headers.items())


def signed_by(asked):
    """(access key id, region, service) of an Authorization of SigV4, or None."""
    scheme, _, rest = asked.headers.get("Authorization", "").partition(" ")
    if scheme != "AWS4-HMAC-SHA256":
        return None
    fields = dict(field.strip().split("=", 1) for field in rest.split(","))
    key, _, region, service, last = fields["Credential"].split("/")
    return (key, region, service) if last == "aws4_request" else None


def is_signed(asked, address, key, secret, token, region, service):
    """Whether the request carries the signature that botocore makes for it, now."""
    fields = dict(field.strip().split("=", 1) for field in asked.headers["Authorization"].partition(" ")[2].split(","))
    date = asked.headers.get("X-Amz-Date", "")
    then = datetime.datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
    if abs((datetime.datetime.now(datetime.timezone.utc) - then).total_seconds()) > 300:
        return False
    hashed = hashlib.sha256(asked.body).hexdigest()
    if asked.headers.get("X-Amz-Content-Sha256", hashed) != hashed:
        return False
    names = fields["SignedHeaders"].split(";")
    if "host" not in names or (token and "x-amz-security-token" not in names):
        return False
    if asked.headers.get("X-Amz-Security-Token", "") != token or asked.headers.get("Host") != address:
        return False
    request = botocore.awsrequest.AWSRequest(
        asked.method, "https://" + address + asked.path, data=asked.body,
        headers={name: asked.headers[name] for name in names},
    )
    request.context["timestamp"] = date
    of = botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth
    signer = of(botocore.credentials.Credentials(key, secret, token or None), service, region)
    text = signer.string_to_sign(request, signer.canonical_request(request))
    return signer.signature(text, request) == fields["Signature"]
