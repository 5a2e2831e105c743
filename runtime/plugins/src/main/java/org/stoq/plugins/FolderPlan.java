package org.stoq.plugins;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What to do so that what runs is what lies in the folder: of each plug-in the highest version that
 * may run. Pure.
 *
 * <p>A plug-in that runs goes on as long as its file is there, whatever became of that file: a
 * broken copy or a refused version changes nothing. A lower version takes over only when the file
 * of the higher one is gone.
 *
 * @param steps what to do, in order
 * @param passedOver why a file that might run does not, by file name
 */
record FolderPlan(List<Step> steps, Map<String, Rest> passedOver) {
    FolderPlan {
        steps = List.copyOf(steps);
        passedOver = Map.copyOf(passedOver);
    }

    /**
     * Why a file does not run.
     *
     * @param state SUPERSEDED or REFUSED
     * @param reason for a person
     */
    record Rest(PluginState state, String reason) {}

    /** One thing to do. */
    sealed interface Step {}

    /** Start a plug-in of which nothing runs. */
    record Start(String file, PluginJar jar) implements Step {}

    /** Start a plug-in in place of another version of it. */
    record Replace(String file, PluginJar jar, Running old) implements Step {}

    /** Note that the same jar lies under another name now. */
    record Rename(String file, Running running) implements Step {}

    /** Stop a plug-in. */
    record Stop(Running running) implements Step {}

    /**
     * A plug-in that runs.
     *
     * @param file where it came from; may hold something else by now
     * @param jar what it is
     */
    record Running(String file, PluginJar jar) {}

    /**
     * Makes a plan.
     *
     * @param present all files in the folder, usable or not
     * @param candidates those of them that may run
     * @param running what runs, one for each symbolic name
     */
    static FolderPlan of(
            Set<String> present, Map<String, PluginJar> candidates, List<Running> running) {
        Map<String, Map<String, PluginJar>> byName = new TreeMap<>();
        candidates.forEach((file, jar) ->
                byName.computeIfAbsent(jar.symbolicName(), name -> new TreeMap<>()).put(file, jar));
        Map<String, Running> runningByName = new TreeMap<>();
        running.forEach(one -> runningByName.put(one.jar().symbolicName(), one));
        List<Step> steps = new ArrayList<>();
        Map<String, Rest> passedOver = new HashMap<>();
        byName.forEach((name, jars) -> {
            Running now = runningByName.get(name);
            if (now == null) {
                start(jars, steps, passedOver);
            } else {
                keepOrReplace(now, isThere(now, present, candidates), jars, steps, passedOver);
            }
        });
        runningByName.forEach((name, now) -> {
            if (!byName.containsKey(name) && !isThere(now, present, candidates)) {
                steps.add(new Stop(now));
            }
        });
        return new FolderPlan(steps, passedOver);
    }

    private static void start(
            Map<String, PluginJar> jars, List<Step> steps, Map<String, Rest> passedOver) {
        String best = best(jars, "");
        PluginJar jar = jars.get(best);
        if (jar != null) {
            steps.add(new Start(best, jar));
            passOver(jars, best, jar, passedOver);
        }
    }

    private static void keepOrReplace(
            Running now,
            boolean isThere,
            Map<String, PluginJar> jars,
            List<Step> steps,
            Map<String, Rest> passedOver) {
        String best = best(jars, now.file());
        PluginJar bestJar = jars.get(best);
        if (bestJar == null) {
            return;
        }
        int higher = bestJar.version().compareTo(now.jar().version());
        Optional<String> same = holderOf(now, jars);
        boolean rebuilt = higher == 0 && (best.equals(now.file()) || !isThere);
        if (higher <= 0 && same.isPresent()) {
            // The same bytes as before, perhaps under another name.
            best = same.get();
            bestJar = now.jar();
            if (!best.equals(now.file())) {
                steps.add(new Rename(best, now));
            }
        } else if (higher > 0 || rebuilt || (higher < 0 && !isThere)) {
            steps.add(new Replace(best, bestJar, now));
        } else {
            best = now.file();
            bestJar = now.jar();
            PluginJar inPlace = jars.get(best);
            if (inPlace != null) {
                passedOver.put(
                        best,
                        new Rest(
                                PluginState.REFUSED,
                                "%s goes on: %s is not higher; to go back, remove the plug-in first"
                                        .formatted(now.jar().describe(), inPlace.version())));
            }
        }
        passOver(jars, best, bestJar, passedOver);
    }

    private static void passOver(
            Map<String, PluginJar> jars,
            String best,
            PluginJar bestJar,
            Map<String, Rest> passedOver) {
        for (String file : jars.keySet()) {
            if (!file.equals(best)) {
                passedOver.put(
                        file,
                        new Rest(
                                PluginState.SUPERSEDED,
                                "%s of %s goes first".formatted(bestJar.describe(), best)));
            }
        }
    }

    /** Highest version; of equals the preferred file, else the first in the order of names. */
    private static String best(Map<String, PluginJar> jars, String preferred) {
        return jars.entrySet().stream()
                .max(
                        Comparator.comparing((Map.Entry<String, PluginJar> entry) ->
                                        entry.getValue().version())
                                .thenComparing(entry -> entry.getKey().equals(preferred))
                                .thenComparing(Map.Entry::getKey, Comparator.reverseOrder()))
                .map(Map.Entry::getKey)
                .orElse("");
    }

    /** The file that holds what runs; the one it came from before others. */
    private static Optional<String> holderOf(Running now, Map<String, PluginJar> jars) {
        return jars.entrySet().stream()
                .filter(entry -> entry.getValue().content().equals(now.jar().content()))
                .map(Map.Entry::getKey)
                .min(
                        Comparator.comparing((String file) -> !file.equals(now.file()))
                                .thenComparing(Comparator.naturalOrder()));
    }

    /** Whether the file of a plug-in is there and has not become another plug-in. */
    private static boolean isThere(
            Running now, Set<String> present, Map<String, PluginJar> candidates) {
        PluginJar inPlace = candidates.get(now.file());
        return present.contains(now.file())
                && (inPlace == null || inPlace.symbolicName().equals(now.jar().symbolicName()));
    }
}
