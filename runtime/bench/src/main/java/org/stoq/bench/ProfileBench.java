package org.stoq.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.stoq.bench.child.BenchFolder;
import org.stoq.bench.child.Message;
import org.stoq.bench.contender.ContenderSpec;

/**
 * Finds where the CPU time of a contender's two processes goes while bytes flow. Belongs to one
 * thread, which blocks.
 */
public final class ProfileBench {
    private final ThroughputPlan plan;
    private final Path folder;
    private final BenchListener listener;

    /**
     * Creates a benchmark.
     *
     * @param plan its rounds do not matter: there is one
     * @param folder an empty folder for certificates and logs
     */
    public ProfileBench(ThroughputPlan plan, Path folder, BenchListener listener) {
        this.plan = plan;
        this.folder = folder;
        this.listener = listener;
    }

    /**
     * What was found.
     *
     * @param machine where
     * @param profiles two for each contender: of the client's process, then of the server's
     */
    public record Report(Machine machine, List<Profile> profiles) {
        /** Copies the list. */
        public Report {
            profiles = List.copyOf(profiles);
        }

        /** Returns the form that scripts read: one object. */
        public Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("mode", "profile");
            json.put("machine", machine.json());
            json.put("profiles", profiles.stream().map(Profile::json).toList());
            return json;
        }
    }

    /**
     * Runs it.
     *
     * @throws IOException if a contender cannot run, or fails
     */
    public Report run() throws IOException {
        new BenchFolder(folder).prepare();
        List<Profile> profiles = new ArrayList<>();
        int total = plan.datagramBytes().size() * plan.contenders().size();
        int done = 0;
        for (int datagramBytes : plan.datagramBytes()) {
            for (ContenderSpec contender : plan.contenders()) {
                listener.step("%s, %,d bytes".formatted(contender, datagramBytes), done, total);
                done++;
                try (Pair pair =
                        Pair.start(contender, folder, ThroughputBench.setup(plan, datagramBytes))) {
                    List<Message> found = pair.profile(plan.warmUp(), plan.measured());
                    profiles.add(Profile.of(contender, datagramBytes, false, found.getFirst()));
                    profiles.add(Profile.of(contender, datagramBytes, true, found.getLast()));
                }
            }
        }
        return new Report(Machine.here(), profiles);
    }
}
