package org.stoq.plugins;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * What operators see of the folder, and what is logged of it: one line whenever a file, or what
 * becomes of it, has changed.
 *
 * <p>Belongs to the worker thread, but for {@link #statuses}.
 */
final class PluginReport {
    private static final System.Logger LOG = System.getLogger(PluginReport.class.getName());

    private final Map<String, Logged> logged = new HashMap<>();

    /** Written by the worker, read by whoever asks. */
    private volatile List<PluginStatus> statuses = List.of();

    private record Logged(PluginStatus status, FileStamp stamp) {}

    /**
     * A file that may be a plug-in.
     *
     * @param signer who has signed it
     */
    record Usable(String file, PluginJar jar, Optional<PluginSigner> signer) {
        PluginStatus is(PluginState state, String reason) {
            return new PluginStatus(
                    file,
                    state,
                    Optional.of(jar),
                    signer.map(PluginSigner::fingerprint),
                    reason,
                    jar.sizeBytes());
        }
    }

    /** Returns the status of a file that can be no plug-in. */
    static PluginStatus unusable(
            String file, PluginFolder.Known found, Collection<RunningPlugins.Live> running) {
        String goesOn =
                running.stream()
                        .filter(live -> live.file().equals(file))
                        .map(PluginReport::goesOn)
                        .findFirst()
                        .orElse("");
        return new PluginStatus(
                file,
                found.problem(),
                Optional.empty(),
                Optional.empty(),
                found.reason() + goesOn,
                found.stamp().sizeBytes());
    }

    /** Returns what to add to a reason while an older version runs. */
    static String goesOn(RunningPlugins.Live live) {
        return "; " + live.jar().describe() + " goes on";
    }

    /** Returns what was published last. Any thread. */
    List<PluginStatus> statuses() {
        return statuses;
    }

    /** Publishes that there is nothing. */
    void clear() {
        statuses = List.of();
    }

    /**
     * Publishes what has become of the files, and logs what is new.
     *
     * @param known the files that were read
     * @param arriving the files that are not at rest yet
     * @param statusOf what has become of a file that was read
     */
    void publish(
            Map<String, PluginFolder.Known> known,
            Set<String> arriving,
            BiFunction<String, PluginFolder.Known, PluginStatus> statusOf) {
        List<PluginStatus> now = new ArrayList<>();
        known.forEach((file, found) -> {
            PluginStatus status = statusOf.apply(file, found);
            now.add(status);
            Logged news = new Logged(status, found.stamp());
            if (!news.equals(logged.put(file, news))) {
                log(status);
            }
        });
        logged.keySet().retainAll(known.keySet());
        for (String file : arriving) {
            now.add(
                    new PluginStatus(
                            file, PluginState.ARRIVING, Optional.empty(), Optional.empty(), "", 0));
        }
        statuses = List.copyOf(now);
    }

    private static void log(PluginStatus status) {
        System.Logger.Level level =
                switch (status.state()) {
                    case ACTIVE, ARRIVING -> System.Logger.Level.DEBUG;
                    case SUPERSEDED -> System.Logger.Level.INFO;
                    case INCOMPLETE, REFUSED, FAILED -> System.Logger.Level.WARNING;
                };
        LOG.log(
                level,
                "plug-in file {0} is {1}: {2}",
                ZipDirectory.printable(status.file()),
                status.state().word(),
                status.reason());
    }
}
