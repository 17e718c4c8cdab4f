"""What the daemon hands on through SNS: every kind of event, raw from SQS, keeps its schema; what nobody can do anything
with ends among the dead letters, is shown, and is given again."""

import json
import os
import pathlib
import secrets
import sys
import time
import unittest
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1] / "support"), str(HERE.parent)]
from appliance import Appliance  # noqa: E402
import events_test  # noqa: E402

PATIENCE = 90


class Sqs:
    """As a program that follows would ask it; LocalStack looks at no signature, but at the service's name."""

    def __init__(self, endpoint):
        self.endpoint = endpoint

    def call(self, action, **body):
        request = urllib.request.Request(
            self.endpoint + "/",
            json.dumps(body).encode(),
            {
                "X-Amz-Target": f"AmazonSQS.{action}",
                "Content-Type": "application/x-amz-json-1.0",
                "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request, "
                "SignedHeaders=host, Signature=none",
            },
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"{}")

    def url(self, name):
        return self.call("GetQueueUrl", QueueName=name)["QueueUrl"]

    def receive(self, queue, visibility=60, wait=2):
        return self.call(
            "ReceiveMessage", QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=visibility,
            WaitTimeSeconds=wait, MessageAttributeNames=["All"],
        ).get("Messages", [])

    def delete(self, queue, message):
        self.call("DeleteMessage", QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


class EventBus(unittest.TestCase):
    def setUp(self):
        endpoint = os.environ["HEIRLOOM_TEST_AWS"]
        self.sqs = Sqs(endpoint)
        self.topic = "t-" + secrets.token_hex(8)
        self.appliance = Appliance()
        self.appliance.environment = {
            **self.appliance.environment,
            "HEIRLOOM_STORAGE_EVENTS": f"sns+sqs://{self.topic}?region=us-east-1&endpoint="
            + urllib.parse.quote(endpoint, safe=""),
            "HEIRLOOM_STORAGE_EVENTS_CONSUMERS": "follower",
            "HEIRLOOM_STORAGE_EVENTS_ACCESS_KEY_ID": "test",
            "HEIRLOOM_STORAGE_EVENTS_SECRET_ACCESS_KEY": "test",
        }
        self.addCleanup(self.appliance.remove)

    def provision(self):
        self.appliance.run("migrate", "--provision", "--data-dir", self.appliance.data_dir)
        self.queue = self.sqs.url(f"{self.topic}-follower")

    def collect(self, wanted):
        """Until `wanted(messages)`; each is deleted."""
        messages = []
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and not wanted(messages):
            for message in self.sqs.receive(self.queue):
                messages.append(message)
                self.sqs.delete(self.queue, message)
        self.assertTrue(wanted(messages), [json.loads(message["Body"]) for message in messages])
        return messages

    def test_every_type_arrives_raw_as_its_schema_says(self):
        self.provision()
        with self.appliance:
            events_test.Events.live(events_test.Events(), self.appliance)
            types = events_test.types_in_code()
            messages = self.collect(lambda some: {json.loads(one["Body"])["type"] for one in some} == types)
        for message in messages:
            event = json.loads(message["Body"])
            with self.subTest(event=event):
                events_test.validator(event["type"]).validate(event)
                said = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
                epoch, sequence = event["id"].split(".")
                self.assertEqual(said.pop("legacy", None), event["data"]["legacy_id"])
                self.assertEqual(
                    said,
                    {"type": event["type"], "tenant_id": event["data"]["tenant_id"], "subject": event["subject"],
                     "epoch": epoch, "sequence": sequence},
                )

    def test_what_was_written_before_the_bus_was_there_arrives_and_a_killed_relay_loses_nothing(self):
        with self.appliance as appliance:
            ada = appliance.person("ada")
            legacy = ada.post("/api/v1/legacies", {"title": "Lamps"}).json["id"]
            self.assertEqual(ada.post("/api/v1/legacies", {"title": "Second"}).status, 201)
            self.provision()
            appliance.kill()
            appliance.start()
            found = self.collect(
                lambda some: sum(json.loads(one["Body"])["type"] == "LegacyCreated" for one in some) >= 2
            )
            self.assertIn(legacy, {json.loads(one["Body"])["subject"] for one in found})

    def test_what_nobody_answers_is_a_dead_letter_that_can_be_given_again(self):
        self.provision()
        with self.appliance as appliance:
            appliance.add_user("ada", "--admin")
            ada = appliance.client(appliance.token("ada"))
            self.assertEqual(ada.get("/api/v1/dead-letters").json, {"items": []})
            legacy = ada.post("/api/v1/legacies", {"title": "Lamps"}).json["id"]
            deadline = time.monotonic() + PATIENCE
            letters = []
            while not letters and time.monotonic() < deadline:
                # Taken, and never answered.
                self.sqs.receive(self.queue, visibility=0, wait=0)
                done = appliance.run("events", "dlq", "list", "--data-dir", appliance.data_dir, "--json")
                letters = [one for one in json.loads(done.stdout)["items"] if one["subject"] == legacy]
            self.assertTrue(letters)
            letter = letters[0]
            self.assertEqual(letter["type"], "LegacyCreated")
            self.assertEqual(letter["consumer"], "follower")
            self.assertIn("not answered", letter["reason"])
            shown = appliance.run("events", "dlq", "show", letter["id"], "--data-dir", appliance.data_dir)
            self.assertIn(legacy, shown.stdout)
            page = ada.get("/api/v1/dead-letters")
            self.assertIn(letter["id"], [one["id"] for one in page.json["items"]])

            ben = appliance.person("ben")
            self.assertEqual(ben.get("/api/v1/dead-letters").status, 403)
            path = f"/api/v1/dead-letters/{letter['id']}/redrive"
            self.assertEqual(ben.post(path).status, 403)
            self.assertEqual(ada.post(path).status, 204)
            self.assertEqual(ada.post(path).status, 404)
            self.collect(lambda some: legacy in {json.loads(one["Body"])["subject"] for one in some})


if __name__ == "__main__":
    unittest.main()
