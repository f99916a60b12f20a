import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads the topics of Hookline, and prints a line for each event.
 *
 * <pre>
 * java -cp "$KAFKA_HOME/libs/*" deploy/consumers/Consumer.java localhost:9092 my-service
 * </pre>
 *
 * README.md beside it says what to watch.
 */
public class Consumer {
    /** A pattern, so that topics of types to come are read too. */
    private static final Pattern TOPICS = Pattern.compile("telness\\.(order|license)\\..+");

    /** The order of the events of an entity: when it occurred, then its id. */
    record Version(Instant time, String id) implements Comparable<Version> {
        public int compareTo(Version other) {
            int byTime = time.compareTo(other.time);
            return byTime != 0 ? byTime : id.compareTo(other.id);
        }
    }

    /**
     * What this service keeps of orders and licences. A real one keeps it in its database, in the
     * same transaction as whatever else an event makes it do; then a crash doubles nothing.
     */
    private final Set<String> seen = new HashSet<>();
    private final Map<String, Version> newest = new HashMap<>();

    /** What became of the event. */
    private String apply(String type, String id, String subject, String time, byte[] body) {
        if (!seen.add(type + " " + id)) return "duplicate";
        Version version = new Version(instant(time), id.toLowerCase(Locale.ROOT));
        Version known = newest.get(subject);
        if (known != null && version.compareTo(known) < 0) {
            return "older"; // it arrived late: what is newer is there already
        }
        newest.put(subject, version);
        return "applied"; // here the service does its work with the body
    }

    /** RFC 3339 with any offset; finer than a nanosecond is cut, a leap second is the one after. */
    static Instant instant(String text) {
        String upper = text.toUpperCase(Locale.ROOT).replaceFirst("(\\.\\d{9})\\d+", "$1");
        boolean leap = upper.startsWith(":60", 16);
        if (leap) upper = upper.substring(0, 17) + "59" + upper.substring(19);
        return OffsetDateTime.parse(upper).toInstant().plusSeconds(leap ? 1 : 0);
    }

    private static String text(ConsumerRecord<String, byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        if (header == null || header.value() == null) return null;
        return new String(header.value(), StandardCharsets.UTF_8);
    }

    /** Processes a record, and gives its line. */
    private String take(ConsumerRecord<String, byte[]> record) {
        String place = record.topic() + "[" + record.partition() + "]@" + record.offset();
        String type = text(record, "ce_type");
        String id = text(record, "ce_id");
        String subject = text(record, "ce_subject");
        String time = text(record, "ce_time");
        byte[] body = record.value();
        if (type == null || id == null || subject == null || time == null || body == null) {
            return "foreign " + place; // somebody else's: passed over, never a reason to stop
        }
        String outcome = apply(type, id, subject, time, body);
        return String.join(" ", outcome, place, type, id, subject, "" + body.length);
    }

    private void run(KafkaConsumer<String, byte[]> consumer) {
        consumer.subscribe(TOPICS);
        while (true) {
            ConsumerRecords<String, byte[]> records = consumer.poll(Duration.ofMillis(500));
            for (ConsumerRecord<String, byte[]> record : records) {
                System.out.println(take(record));
            }
            if (records.isEmpty()) continue;
            try {
                // Only after the records are processed: a crash in between brings them again.
                consumer.commitSync();
            } catch (CommitFailedException | RebalanceInProgressException error) {
                // Another member has the partition by now, and reads the records again.
                System.err.println(error.getMessage());
            }
        }
    }

    private static Properties settings(String bootstrap, String group) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("group.id", group);
        settings.put("auto.offset.reset", "earliest"); // a new group begins with the oldest event
        settings.put("isolation.level", "read_committed"); // Java's default shows aborted records
        settings.put("enable.auto.commit", "false");
        settings.put("key.deserializer", StringDeserializer.class.getName());
        settings.put("value.deserializer", ByteArrayDeserializer.class.getName());
        return settings;
    }

    public static void main(String[] arguments) {
        if (arguments.length != 2) {
            System.err.println("usage: Consumer.java HOST:PORT,... GROUP");
            System.exit(64);
        }
        Thread main = Thread.currentThread();
        try (var consumer = new KafkaConsumer<String, byte[]>(settings(arguments[0], arguments[1]))) {
            // SIGTERM: wake the poll, and wait until the group was left.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                consumer.wakeup();
                try {
                    main.join();
                } catch (InterruptedException ignored) {
                    Thread.currentThread().interrupt();
                }
            }));
            new Consumer().run(consumer);
        } catch (WakeupException stopping) {
            System.out.println("ended");
        }
    }
}
