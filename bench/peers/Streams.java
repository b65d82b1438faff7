// The exactly-once peer: Kafka Streams, exactly_once_v2, one record in, one record out.
// java -cp 'libs/*' Streams.java <brokers> <from> <to> <records>; prints records per second.
import java.nio.file.Files;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;

public class Streams {
  public static void main(String[] args) throws Exception {
    long wanted = Long.parseLong(args[3]);
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "streams-" + args[2]);
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, Files.createTempDirectory("streams").toString());
    settings.put("auto.offset.reset", "earliest");
    settings.put("default.key.serde", Serdes.ByteArraySerde.class);
    settings.put("default.value.serde", Serdes.ByteArraySerde.class);
    AtomicLong seen = new AtomicLong();
    AtomicLong first = new AtomicLong();
    CountDownLatch done = new CountDownLatch(1);
    StreamsBuilder builder = new StreamsBuilder();
    builder.<byte[], byte[]>stream(args[1]).mapValues(value -> {
      first.compareAndSet(0, System.nanoTime());
      if (seen.incrementAndGet() == wanted) done.countDown();
      return value;
    }).to(args[2]);
    KafkaStreams streams = new KafkaStreams(builder.build(), settings);
    streams.start();
    done.await();
    // Before its last commit and without its shutdown: the figure favours Streams.
    double seconds = (System.nanoTime() - first.get()) / 1e9;
    streams.close();
    System.out.printf("%.0f%n", wanted / seconds);
  }
}
