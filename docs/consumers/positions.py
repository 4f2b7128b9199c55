"""Vehicle positions for a live map, as far back as they are kept: `python positions.py BOOTSTRAP [TOPIC]`."""

import json
import sys

from kafka import KafkaConsumer

topic = sys.argv[2] if len(sys.argv) > 2 else "shipment-positions"
settings = {"isolation_level": "read_committed", "auto_offset_reset": "earliest", "enable_auto_commit": False}
consumer = KafkaConsumer(topic, bootstrap_servers=sys.argv[1], group_id="example-positions", **settings)
seen: set[str] = set()

for record in consumer:
    ce_id = dict(record.headers)["ce_id"].decode()
    if ce_id not in seen:
        seen.add(ce_id)
        print(record.key.decode(), json.dumps(json.loads(record.value), sort_keys=True), flush=True)
    consumer.commit()
