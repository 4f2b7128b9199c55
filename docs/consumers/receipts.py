"""What the channels did with alerts, by alert id: `python receipts.py BOOTSTRAP [TOPIC]`."""

import json
import sys

from kafka import KafkaConsumer

topic = sys.argv[2] if len(sys.argv) > 2 else "shipment-receipts"
settings = {"isolation_level": "read_committed", "auto_offset_reset": "earliest", "enable_auto_commit": False}
consumer = KafkaConsumer(topic, bootstrap_servers=sys.argv[1], group_id="example-receipts", **settings)
seen: set[str] = set()

for record in consumer:
    ce_id = dict(record.headers)["ce_id"].decode()
    if ce_id not in seen:
        seen.add(ce_id)
        print(record.key.decode(), json.dumps(json.loads(record.value), sort_keys=True), flush=True)
    consumer.commit()
