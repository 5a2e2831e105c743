package org.stoq.plugins;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.osgi.framework.Bundle;
import org.stoq.sdk.Digest;

/**
 * The plug-ins that run, one for each symbolic name, and why others did not start.
 *
 * <p>Belongs to the worker thread.
 */
final class RunningPlugins {
    private static final System.Logger LOG = System.getLogger(RunningPlugins.class.getName());

    private final PluginBundles bundles;
    private final Map<String, Live> live = new TreeMap<>();
    private final Map<Digest, Failure> failures = new HashMap<>();

    /** Versions that are still active though another one counts. */
    private final Deque<Bundle> leaving = new ArrayDeque<>();

    /** Counts plug-ins that have started: each may bring what another one lacked. */
    private long starts;

    RunningPlugins(PluginBundles bundles) {
        this.bundles = bundles;
    }

    /**
     * A plug-in that runs.
     *
     * @param file where it came from
     * @param ailment why the framework has stopped it; empty if it has not
     * @param tried how many plug-ins had started when its state was seen last
     */
    record Live(String file, PluginJar jar, Bundle bundle, String ailment, long tried) {
        FolderPlan.Running forPlan() {
            return new FolderPlan.Running(file, jar);
        }
    }

    /** Why a jar did not start, and how many plug-ins had started before. */
    private record Failure(String reason, boolean unresolved, long tried) {}

    /** Something that must succeed before a plug-in that has started counts. */
    @FunctionalInterface
    interface Condition {
        void fulfil() throws IOException;
    }

    /** Returns the plug-ins that run. */
    Collection<Live> all() {
        return List.copyOf(live.values());
    }

    /** Returns what runs under that symbolic name. */
    Optional<Live> named(String symbolicName) {
        return Optional.ofNullable(live.get(symbolicName));
    }

    /** Returns whether a plug-in from that file runs. */
    boolean isFrom(String file) {
        return live.values().stream().anyMatch(one -> one.file().equals(file));
    }

    /** Returns why a jar did not start. */
    Optional<String> failure(PluginJar jar) {
        return Optional.ofNullable(failures.get(jar.content())).map(Failure::reason);
    }

    /** Returns whether it makes sense to start a jar: it has not failed, or may not fail again. */
    boolean mayStart(PluginJar jar) {
        Failure failure = failures.get(jar.content());
        return failure == null || (failure.unresolved() && failure.tried() < starts);
    }

    /** Notes that a jar did not start. */
    void failed(PluginJar jar, StartFailure failure) {
        failures.put(jar.content(), new Failure(failure.reason(), failure.isUnresolved(), starts));
    }

    /** Forgets the failures of jars that are not among those. */
    void forgetAllFailuresBut(Set<Digest> contents) {
        failures.keySet().retainAll(contents);
    }

    /** Forgets that a jar did not start. */
    void forgetFailure(PluginJar jar) {
        failures.remove(jar.content());
    }

    /**
     * Starts a plug-in. The version of it that ran before goes on until {@link #retireLeaving}.
     *
     * @param condition what must succeed in between
     * @throws StartFailure if it does not start; the other version goes on
     * @throws IOException if the condition or reading fails; the other version goes on
     */
    void start(String file, PluginJar jar, StagedJar staged, SigningRule rule, Condition condition)
            throws StartFailure, IOException, InterruptedException {
        Bundle bundle = bundles.start(staged);
        try {
            condition.fulfil();
        } catch (IOException e) {
            bundles.retire(bundle);
            throw e;
        }
        starts++;
        Live old = live.put(jar.symbolicName(), new Live(file, jar, bundle, "", starts));
        boolean trusted = rule.trusts(jar.signers());
        LOG.log(
                trusted ? System.Logger.Level.INFO : System.Logger.Level.WARNING,
                "plug-in {0} of {1} is active{2}{3}",
                jar.describe(),
                ZipDirectory.printable(file),
                old == null ? "" : " in place of " + old.jar().version(),
                trusted ? "" : ", and nobody in plugins.pinned_keys has signed it");
        if (old != null) {
            leaving.add(old.bundle());
        }
    }

    /** Stops the versions that others have taken over from. Returns whether there were any. */
    boolean retireLeaving() throws InterruptedException {
        boolean any = false;
        for (Bundle old = leaving.poll(); old != null; old = leaving.poll()) {
            bundles.retire(old);
            any = true;
        }
        return any;
    }

    /** Notes that what runs lies under another name now. */
    void rename(FolderPlan.Rename rename) {
        live.computeIfPresent(
                rename.running().jar().symbolicName(),
                (name, old) ->
                        new Live(
                                rename.file(),
                                old.jar(),
                                old.bundle(),
                                old.ailment(),
                                old.tried()));
    }

    /** Stops a plug-in whose file is gone. */
    void stop(FolderPlan.Stop stop) throws InterruptedException {
        Live gone = live.remove(stop.running().jar().symbolicName());
        if (gone != null) {
            bundles.retire(gone.bundle());
            LOG.log(
                    System.Logger.Level.INFO,
                    "plug-in {0} is removed: {1} is gone",
                    gone.jar().describe(),
                    ZipDirectory.printable(gone.file()));
        }
    }

    /** Stops what a rule does not let in. */
    void revoke(SigningRule rule) throws InterruptedException {
        for (Live one : all()) {
            Optional<String> refusal = rule.refusal(one.jar().signers());
            if (refusal.isPresent()) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "plug-in {0} of {1} is stopped: {2}",
                        one.jar().describe(),
                        ZipDirectory.printable(one.file()),
                        refusal.get());
                live.remove(one.jar().symbolicName());
                bundles.retire(one.bundle());
            }
        }
    }

    /** Starts again what the framework has stopped for the lack of something. */
    void revive() {
        live.replaceAll((name, one) -> {
            if (one.bundle().getState() == Bundle.ACTIVE) {
                return new Live(one.file(), one.jar(), one.bundle(), "", starts);
            }
            if (one.tried() == starts && !one.ailment().isEmpty()) {
                return one;
            }
            String ailment = "";
            try {
                bundles.activate(one.bundle());
            } catch (StartFailure e) {
                ailment = e.reason();
            }
            return new Live(one.file(), one.jar(), one.bundle(), ailment, starts);
        });
    }

    /** Stops and removes every plug-in. */
    void retireAll() throws InterruptedException {
        retireLeaving();
        for (Live one : all()) {
            live.remove(one.jar().symbolicName());
            bundles.retire(one.bundle());
        }
    }
}
