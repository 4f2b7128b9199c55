import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Rival: Kafka Streams, a keyed fold (ids seen, newest wins) in RocksDB with changelog, no PostgreSQL.
 *
 * <p>Arguments: bootstrap servers, topic, application id, state folder, threads. Says that it is ready,
 * and waits for a line.
 */
public final class KafkaStreamsFold {
  private static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] args) throws Exception {
    StreamsBuilder builder = new StreamsBuilder();
    Materialized<String, byte[], KeyValueStore<Bytes, byte[]>> store = Materialized.as("kept");
    builder.stream(args[1], Consumed.with(Serdes.String(), Serdes.ByteArray()))
        .groupByKey(Grouped.with(Serdes.String(), Serdes.ByteArray()))
        .aggregate(
            () -> new byte[0],
            (key, event, kept) -> fold(event, kept),
            store.withKeySerde(Serdes.String()).withValueSerde(Serdes.ByteArray()).withCachingDisabled());
    KafkaStreams streams = new KafkaStreams(builder.build(), settings(args));
    System.out.println("{\"ready\": true}");
    System.in.read();
    streams.start();
  }

  private static byte[] fold(byte[] event, byte[] kept) {
    try {
      JsonNode said = JSON.readTree(event);
      ObjectNode state =
          kept.length == 0
              ? JSON.createObjectNode().put("at", "").put("n", 0)
              : (ObjectNode) JSON.readTree(kept);
      ArrayNode ids = state.withArray("ids");
      String id = said.get("event_id").asText();
      for (JsonNode seen : ids) {
        if (seen.asText().equals(id)) {
          return kept;
        }
      }
      ids.add(id);
      state.put("n", state.get("n").asInt() + 1);
      String at = said.get("occurred_at").asText();
      if (at.compareTo(state.get("at").asText()) >= 0) {
        JsonNode data = said.get("data");
        state.put("at", at);
        state.put("milestone", data.get("milestone").asText());
        state.put("substatus", data.get("substatus").asText());
        state.put("facility", data.get("location").get("facility_id").asText());
        state.put("recorded_at", said.get("recorded_at").asText());
      }
      return JSON.writeValueAsBytes(state);
    } catch (java.io.IOException error) {
      throw new java.io.UncheckedIOException(error);
    }
  }

  private static Properties settings(String[] args) {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", args[0]);
    settings.put("application.id", args[2]);
    settings.put("state.dir", args[3]);
    settings.put("num.stream.threads", args[4]);
    settings.put("auto.offset.reset", "earliest");
    settings.put("commit.interval.ms", "1000");
    settings.put("producer.linger.ms", "10");
    settings.put("producer.batch.size", "262144");
    settings.put("producer.compression.type", "lz4");
    return settings;
  }
}
