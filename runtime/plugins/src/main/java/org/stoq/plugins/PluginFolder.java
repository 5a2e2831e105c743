package org.stoq.plugins;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * Keeps what runs the same as what lies in the folder: looks, checks what is new, plans, and does
 * it.
 *
 * <p>Belongs to one thread, but for {@link #statuses} and {@link #newUpload}. A new version starts
 * beside the old one, which stops afterwards; whatever goes wrong before that leaves the old one as
 * it was. Over 200 lines because looking, installing by a call and changing the rule end in the
 * same few steps.
 */
final class PluginFolder {
    private static final System.Logger LOG = System.getLogger(PluginFolder.class.getName());

    /** Begins the names of all uploads, which no look takes for plug-ins. */
    private static final String UPLOADS = ".upload-";

    /** Begins the names of this run's uploads: callers may be faster than the worker's start. */
    private final String uploadPrefix = UPLOADS + UUID.randomUUID() + "-";

    private final Path folder;
    private final Path staging;
    private final Admission admission;
    private final PluginBundles bundles;
    private final Duration quiet;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final Settling settling;

    private final Map<String, Known> known = new TreeMap<>();
    private final RunningPlugins running;
    private final PluginReport report = new PluginReport();
    private Map<String, FolderPlan.Rest> passedOver = Map.of();
    private SigningRule rule;
    private boolean looked;

    /** Why the folder cannot be read; empty while it can. */
    private String trouble = "";

    /**
     * What a file was when it was last read.
     *
     * @param jar what it is; empty if it cannot be a plug-in
     * @param problem INCOMPLETE or REFUSED if it cannot
     * @param reason why, for a person
     */
    record Known(FileStamp stamp, Optional<PluginJar> jar, PluginState problem, String reason) {}

    /**
     * Creates the keeper of a folder.
     *
     * @param places the folder, and another one for copies that nobody else touches
     * @param rule whose plug-ins are let in at first
     * @param quiet how long a file must look the same before it is read
     */
    PluginFolder(
            Places places,
            Admission admission,
            PluginBundles bundles,
            SigningRule rule,
            Duration quiet,
            Clocks clocks) {
        this.folder = places.folder();
        this.staging = places.staging();
        this.admission = admission;
        this.bundles = bundles;
        this.running = new RunningPlugins(bundles);
        this.rule = rule;
        this.quiet = quiet;
        this.clock = clocks.wall();
        this.nanoTime = clocks.nanoTime();
        this.settling = new Settling(quiet.toNanos());
    }

    /**
     * The folders.
     *
     * @param folder where plug-ins lie
     * @param staging where copies of them are made
     */
    record Places(Path folder, Path staging) {}

    /**
     * What tells the time.
     *
     * @param wall the time of day, to compare with that of files
     * @param nanoTime a time that only goes forward
     */
    record Clocks(InstantSource wall, LongSupplier nanoTime) {}

    /** Returns what an operator sees. Any thread. */
    List<PluginStatus> statuses() {
        return report.statuses();
    }

    /**
     * Makes an empty file for an upload, which the caller deletes when it is over. Any thread.
     *
     * @throws IOException if the folder cannot be written
     */
    Path newUpload() throws IOException {
        Files.createDirectories(folder);
        return Files.createTempFile(folder, uploadPrefix, ".part");
    }

    /** Returns in how many nanoseconds to look again; empty if there is no hurry. */
    OptionalLong nextLook() {
        return trouble.isEmpty() ? settling.nextLook(nanoTime.getAsLong()) : OptionalLong.empty();
    }

    /** Makes the folders, and removes what an earlier run has left behind. */
    void begin() throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Files.createDirectories(staging);
        try (DirectoryStream<Path> uploads = Files.newDirectoryStream(folder, UPLOADS + "*")) {
            for (Path upload : uploads) {
                if (!String.valueOf(upload.getFileName()).startsWith(uploadPrefix)) {
                    Files.deleteIfExists(upload);
                }
            }
        }
        bundles.removeLeftovers();
    }

    /** Looks at the folder and does what follows from it. */
    void look() throws InterruptedException {
        Map<String, FileStamp> seen;
        try {
            seen = FolderListing.read(folder);
        } catch (IOException e) {
            if (!trouble.equals(e.toString())) {
                trouble = e.toString();
                LOG.log(
                        System.Logger.Level.WARNING,
                        "cannot read the folder of plug-ins, everything stays as it is: {0}",
                        trouble);
            }
            return;
        }
        trouble = "";
        if (!looked) {
            looked = true;
            // What was finished before the node started is not made to wait.
            seen.forEach((file, stamp) -> {
                if (stamp.modified().toInstant().isBefore(clock.instant().minus(quiet))) {
                    settling.settle(file, Optional.of(stamp));
                }
            });
        }
        settling.look(nanoTime.getAsLong(), seen);
        update();
    }

    /** Lets others in from now on, and stops what is not let in any more. */
    void apply(SigningRule changed) throws InterruptedException {
        rule = changed;
        update();
    }

    /**
     * Starts an uploaded plug-in and puts it into the folder.
     *
     * @param upload the whole jar, in a file that {@link #newUpload} has made
     * @param file the name that it gets
     * @return what it is
     * @throws StoqException why not; then nothing has changed
     */
    PluginJar install(Path upload, String file) throws IOException, InterruptedException {
        look();
        try (StagedJar staged = StagedJar.of(upload, staging, admission.limits().maxFileBytes())) {
            PluginJar jar = admission.inspect(staged, bundles.reserved());
            Optional<String> refusal = rule.refusal(jar.signers());
            if (refusal.isPresent()) {
                throw new StoqException(StoqErrorCode.FORBIDDEN, refusal.get());
            }
            running.forgetFailure(jar);
            Map<String, PluginJar> candidates = candidates();
            candidates.put(file, jar);
            FolderPlan plan = plan(candidates, file);
            FolderPlan.Rest rest = plan.passedOver().get(file);
            if (rest != null) {
                throw new StoqException(StoqErrorCode.CONFLICT, rest.reason());
            }
            if (plan.steps().stream().anyMatch(step -> isStartOf(step, file))) {
                running.start(file, jar, staged, rule, () -> move(upload, file, jar));
            } else {
                requireHealth(jar);
                move(upload, file, jar);
            }
            update();
            return jar;
        } catch (StartFailure e) {
            throw new StoqException(StoqErrorCode.PRECONDITION_FAILED, e.reason());
        }
    }

    /**
     * Deletes a plug-in and stops it.
     *
     * @throws StoqException NOT_FOUND if there is no such file
     */
    void remove(String file) throws IOException, InterruptedException {
        boolean existed = Files.deleteIfExists(folder.resolve(file));
        boolean ran = running.isFrom(file);
        settling.settle(file, Optional.empty());
        update();
        if (!existed && !ran) {
            throw new StoqException(StoqErrorCode.NOT_FOUND, "no plug-in is called '" + file + "'");
        }
    }

    /**
     * Stops the versions that others have taken over from. Comes after everything else, for it
     * waits for their calls in flight, and nobody who installs a plug-in shall have to wait for
     * those.
     */
    void finish() throws InterruptedException {
        if (running.retireLeaving()) {
            update();
        }
    }

    /** Stops and removes every plug-in; the files stay. */
    void retireAll() throws InterruptedException {
        running.retireAll();
        report.clear();
    }

    private void update() throws InterruptedException {
        read();
        running.revoke(rule);
        boolean again = true;
        while (again) {
            FolderPlan plan = plan(candidates(), "");
            passedOver = plan.passedOver();
            again = false;
            for (FolderPlan.Step step : plan.steps()) {
                again |= perform(step);
            }
            running.revive();
        }
        report.publish(known, settling.arriving(), this::status);
    }

    /** Reads the files that are not what they were. */
    private void read() {
        Map<String, FileStamp> settled = settling.settled();
        known.keySet().retainAll(settled.keySet());
        settled.forEach((file, stamp) -> {
            Known before = known.get(file);
            if (before == null || !before.stamp().equals(stamp)) {
                known.put(file, read(file, stamp));
            }
        });
        Set<Digest> contents = new HashSet<>();
        known.values().forEach(file -> file.jar().ifPresent(jar -> contents.add(jar.content())));
        running.forgetAllFailuresBut(contents);
    }

    private Known read(String file, FileStamp stamp) {
        try (StagedJar staged = stage(file)) {
            PluginJar jar = admission.inspect(staged, bundles.reserved());
            return new Known(stamp, Optional.of(jar), PluginState.ACTIVE, "");
        } catch (IncompleteJarException e) {
            return new Known(stamp, Optional.empty(), PluginState.INCOMPLETE, textOf(e));
        } catch (StoqException e) {
            return new Known(stamp, Optional.empty(), PluginState.REFUSED, textOf(e));
        } catch (IOException e) {
            // No file has this stamp, so it is read again at the next look.
            FileStamp none = new FileStamp(stamp.sizeBytes(), stamp.modified(), "unread");
            return new Known(
                    none, Optional.empty(), PluginState.REFUSED, "it cannot be read: " + e);
        }
    }

    /** Returns the files that may run, for all that is known. */
    private Map<String, PluginJar> candidates() {
        Map<String, PluginJar> candidates = new TreeMap<>();
        known.forEach((file, found) ->
                found.jar()
                        .filter(running::mayStart)
                        .filter(jar -> rule.refusal(jar.signers()).isEmpty())
                        .ifPresent(jar -> candidates.put(file, jar)));
        return candidates;
    }

    private FolderPlan plan(Map<String, PluginJar> candidates, String arriving) {
        Set<String> present = new HashSet<>(known.keySet());
        present.add(arriving);
        return FolderPlan.of(
                present,
                candidates,
                running.all().stream().map(RunningPlugins.Live::forPlan).toList());
    }

    /** Returns whether another plan is needed. */
    private boolean perform(FolderPlan.Step step) throws InterruptedException {
        return switch (step) {
            case FolderPlan.Start start -> start(start.file(), start.jar());
            case FolderPlan.Replace replace -> start(replace.file(), replace.jar());
            case FolderPlan.Rename rename -> {
                running.rename(rename);
                yield true;
            }
            case FolderPlan.Stop stop -> {
                running.stop(stop);
                yield true;
            }
        };
    }

    private boolean start(String file, PluginJar jar) throws InterruptedException {
        try (StagedJar staged = stage(file)) {
            if (staged.content().equals(jar.content())) {
                running.start(file, jar, staged, rule, () -> {});
                return true;
            }
        } catch (StartFailure e) {
            running.failed(jar, e);
            return true;
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "{0} has changed: {1}", file, e);
        }
        // It was written again just now: the next look tells what it has become.
        known.remove(file);
        return false;
    }

    /** Puts an upload where it belongs; no look takes it for something new then. */
    private void move(Path upload, String file, PluginJar jar) throws IOException {
        FileStamp stamp = FileStamp.of(Files.readAttributes(upload, BasicFileAttributes.class));
        Files.move(
                upload,
                folder.resolve(file),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        settling.settle(file, Optional.of(stamp));
        known.put(file, new Known(stamp, Optional.of(jar), PluginState.ACTIVE, ""));
    }

    private void requireHealth(PluginJar jar) throws StoqException {
        String ailment =
                running.named(jar.symbolicName()).map(RunningPlugins.Live::ailment).orElse("");
        if (!ailment.isEmpty()) {
            throw new StoqException(StoqErrorCode.PRECONDITION_FAILED, ailment);
        }
    }

    private StagedJar stage(String file) throws IOException {
        Files.createDirectories(staging);
        return StagedJar.of(folder.resolve(file), staging, admission.limits().maxFileBytes());
    }

    private static boolean isStartOf(FolderPlan.Step step, String file) {
        return switch (step) {
            case FolderPlan.Start start -> start.file().equals(file);
            case FolderPlan.Replace replace -> replace.file().equals(file);
            case FolderPlan.Rename _, FolderPlan.Stop _ -> false;
        };
    }

    private PluginStatus status(String file, Known found) {
        if (found.jar().isEmpty()) {
            return PluginReport.unusable(file, found, running.all());
        }
        PluginJar jar = found.jar().get();
        Optional<RunningPlugins.Live> live = running.named(jar.symbolicName());
        PluginReport.Usable usable = new PluginReport.Usable(file, jar, rule.signer(jar.signers()));
        if (live.isPresent() && live.get().forPlan().equals(new FolderPlan.Running(file, jar))) {
            String ailment = live.get().ailment();
            return usable.is(ailment.isEmpty() ? PluginState.ACTIVE : PluginState.FAILED, ailment);
        }
        String goesOn = live.map(PluginReport::goesOn).orElse("");
        Optional<String> refusal = rule.refusal(jar.signers());
        if (refusal.isPresent()) {
            return usable.is(PluginState.REFUSED, refusal.get() + goesOn);
        }
        Optional<String> failure = running.failure(jar);
        if (failure.isPresent()) {
            return usable.is(PluginState.FAILED, failure.get() + goesOn);
        }
        FolderPlan.Rest rest = passedOver.get(file);
        return rest == null
                ? usable.is(PluginState.ARRIVING, "")
                : usable.is(rest.state(), rest.reason());
    }

    private static String textOf(StoqException refusal) {
        return String.valueOf(refusal.getMessage());
    }
}
