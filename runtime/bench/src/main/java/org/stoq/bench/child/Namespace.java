package org.stoq.bench.child;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A network of its own for children (Linux: {@code network_namespaces(7)}), in which they may send
 * from any address of 2001:db8::/32. It lives as long as the children in it; nothing of it stays.
 *
 * <p>Its first child makes it, the others join.
 */
public final class Namespace {
    private static final String SETUP =
            "ip link set lo up && ip -6 route add local 2001:db8::/32 dev lo"
                    + " && echo 1 > /proc/sys/net/ipv6/ip_nonlocal_bind";

    private Namespace() {}

    /**
     * Makes one and leaves it again.
     *
     * @throws ChildFailure if that is not possible here: {@link ChildFailure#unavailable}
     */
    public static void require() throws IOException {
        List<String> command = new ArrayList<>(creating());
        command.add("true");
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new ChildFailure("no network namespace: " + e.getMessage(), true);
        }
        try (var output = process.getInputStream()) {
            String said = new String(output.readAllBytes(), StandardCharsets.UTF_8).strip();
            if (process.waitFor() != 0) {
                throw new ChildFailure(
                        "no network namespace: "
                                + (said.isEmpty()
                                        ? "unshare has failed"
                                        : said.replace("\n", "; ")),
                        true);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted").initCause(e);
        }
    }

    /** Starts the child that makes one, as {@link ChildProcess#start}. */
    public static ChildProcess start(String name, Path folder, List<String> flags)
            throws IOException {
        return ChildProcess.start(name, folder, flags, creating());
    }

    /**
     * Starts a child in the one of another child, which must have answered already.
     *
     * @param other the other child
     */
    public static ChildProcess join(
            ChildProcess other, String name, Path folder, List<String> flags) throws IOException {
        return ChildProcess.start(
                name, folder, flags, List.of("nsenter", "--net=/proc/" + other.pid() + "/ns/net"));
    }

    private static List<String> creating() {
        return List.of("unshare", "--net", "sh", "-c", SETUP + " && exec \"$@\"", "sh");
    }
}
