"""The daemon as six role processes and a second web process on the servers of tests/services, behind a proxy that gives
each connection to another of the two. Needs HEIRLOOM_TEST_POSTGRES, _NEO4J, _OPENSEARCH, _S3 and _AWS."""

import concurrent.futures
import os
import pathlib
import secrets
import tempfile
import urllib.parse

from appliance import Appliance, PostgresDatabase
from round_robin import RoundRobin
from waiting import wait_for

PROCESSES = ("web", "web-2", "relay", "indexer", "media", "assistant", "scheduler")


def leads(indexer):
    return "\nheirloom_indexer_leads 1" in indexer.client().get("/metrics").body.decode()


class Cluster:
    """Its processes share every store; each has a data directory of its own."""

    def __init__(self, port=0):
        self.folder = tempfile.TemporaryDirectory(prefix="heirloom-cluster-")
        self.binary = str(pathlib.Path(os.environ["HEIRLOOM_BIN"]).resolve())
        self.database = PostgresDatabase(self.binary, self.folder.name)
        self.name = "roles-" + secrets.token_hex(6)
        self.environment = {**self.database.environment, **self.stores()}
        self.processes = {}
        self.proxy = RoundRobin(lambda: [each.url for each in self.webs() if each.process], port)
        self.url = self.proxy.url
        # So that a link of the first run leads through the proxy, too.
        self.environment["HEIRLOOM_HTTP_PUBLIC_URL"] = self.url
        for name in PROCESSES:
            self.processes[name] = self.add(name)
        self.data_dir = self.processes["web"].data_dir

    def add(self, name):
        folder = os.path.join(self.folder.name, name)
        os.mkdir(folder, 0o700)
        process = Appliance(folder, ["--roles", name.removesuffix("-2")])
        process.environment = self.environment
        return process

    def stores(self):
        graph = urllib.parse.urlsplit(os.environ["HEIRLOOM_TEST_NEO4J"])
        search = urllib.parse.urlsplit(os.environ["HEIRLOOM_TEST_OPENSEARCH"])
        at = {name: urllib.parse.quote(os.environ["HEIRLOOM_TEST_" + name], safe="") for name in ("S3", "AWS")}
        return {
            "HEIRLOOM_STORAGE_GRAPH": f"neo4j+http://{graph.hostname}:{graph.port}/neo4j",
            "HEIRLOOM_STORAGE_GRAPH_USER": graph.username,
            "HEIRLOOM_STORAGE_GRAPH_PASSWORD": graph.password,
            "HEIRLOOM_STORAGE_BLOBS": f"s3://{self.name}?endpoint={at['S3']}&region=us-east-1&style=path",
            "HEIRLOOM_STORAGE_BLOBS_ACCESS_KEY_ID": "heirloom",
            "HEIRLOOM_STORAGE_BLOBS_SECRET_ACCESS_KEY": "heirloom-secret",
            "HEIRLOOM_STORAGE_EVENTS": f"sns+sqs://{self.name}?endpoint={at['AWS']}&region=us-east-1",
            "HEIRLOOM_STORAGE_EVENTS_CONSUMERS": "follower",
            "HEIRLOOM_STORAGE_EVENTS_ACCESS_KEY_ID": "test",
            "HEIRLOOM_STORAGE_EVENTS_SECRET_ACCESS_KEY": "test",
            "HEIRLOOM_INDEX_SEARCH": f"opensearch://{search.netloc}/{self.name}",
        }

    def webs(self):
        return [self.processes["web"], self.processes["web-2"]]

    def start(self):
        self.processes["web"].run("migrate", "--provision", "--data-dir", self.data_dir)
        with concurrent.futures.ThreadPoolExecutor(len(PROCESSES)) as pool:
            list(pool.map(Appliance.start, self.processes.values()))
        self.await_indexer()

    def await_indexer(self):
        wait_for("the indexer leads", lambda: leads(self.processes["indexer"]))

    def remove(self):
        self.proxy.close()
        for process in self.processes.values():
            process.remove()
        self.database.remove()
        self.folder.cleanup()
