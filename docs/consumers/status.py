"""The read model as a table, the newest version of a shipment wins: `python status.py BOOTSTRAP [TOPIC]`."""

import json
import sys

from kafka import KafkaConsumer

topic = sys.argv[2] if len(sys.argv) > 2 else "shipment-status"
settings = {"isolation_level": "read_committed", "auto_offset_reset": "earliest", "enable_auto_commit": False}
consumer = KafkaConsumer(topic, bootstrap_servers=sys.argv[1], **settings)  # no group: always all of it
versions: dict[str, tuple[int, int]] = {}

for record in consumer:
    change = json.loads(record.value)
    shipment, version = change["shipment"], (change["src_offset"], change["seq"])
    if version > versions.get(shipment, (-1, 0)):
        versions[shipment] = version
        print(shipment, change["after"]["status"], *change["changes"], flush=True)
