package org.stoq.integration.felix;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import org.stoq.client.StoqClient;
import org.stoq.client.StoqConnection;

/**
 * Puts and gets that never pause, on connections of their own, each answer compared with what was
 * put.
 */
final class RequestLoad implements AutoCloseable {
    private static final int CALLERS = 4;
    private static final int OBJECTS = 16;
    private static final int LARGEST_BYTES = 200_000;

    private final LongAdder requests = new LongAdder();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopping;

    private RequestLoad() {}

    static RequestLoad start(StoqClient client, String address) throws IOException {
        RequestLoad load = new RequestLoad();
        for (int caller = 0; caller < CALLERS; caller++) {
            StoqConnection connection = client.connect(address);
            int seed = caller;
            load.threads.add(
                    Thread.ofVirtual()
                            .name("load-" + caller)
                            .start(() -> load.run(connection, seed)));
        }
        return load;
    }

    private void run(StoqConnection connection, int seed) {
        Random random = new Random(seed);
        byte[][] objects = new byte[OBJECTS][];
        try (connection) {
            while (!stopping) {
                int object = random.nextInt(OBJECTS);
                String name = "load/" + seed + "/" + object;
                byte[] known = objects[object];
                if (known == null || random.nextInt(OBJECTS) == 0) {
                    byte[] content = new byte[1 + random.nextInt(LARGEST_BYTES)];
                    random.nextBytes(content);
                    connection.content().put(name, content);
                    objects[object] = content;
                } else {
                    ByteArrayOutputStream got = new ByteArrayOutputStream();
                    connection.content().download(name, Channels.newChannel(got), bytes -> {});
                    if (!Arrays.equals(got.toByteArray(), known)) {
                        failures.add(name + " came back changed");
                    }
                }
                requests.increment();
            }
        } catch (IOException | RuntimeException e) {
            failures.add(e.toString());
        }
    }

    /** Ends the requests and waits for those under way. */
    void stop() {
        stopping = true;
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns how many requests were answered rightly. */
    long requests() {
        return requests.sum();
    }

    /** Returns what went wrong. */
    List<String> failures() {
        return List.copyOf(failures);
    }

    @Override
    public void close() {
        stop();
    }
}
