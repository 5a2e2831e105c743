package org.stoq.cli.tree;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import org.stoq.client.ContentClient;
import org.stoq.client.ObjectInfo;
import org.stoq.client.ObjectRef;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * Brings many objects into a folder. What is there already with the same bytes is not fetched
 * again, so that a broken-off run goes on where it ended. Used once.
 */
public final class TreeDownload {
    private final ContentClient content;
    private final SafeFolder folder;
    private final FileRestore restore;
    private final LongConsumer progress;
    private final LongAdder objects = new LongAdder();
    private final LongAdder present = new LongAdder();
    private final LongAdder fetchedBytes = new LongAdder();
    private final LongAdder verifiedBytes = new LongAdder();
    private final ConcurrentLinkedQueue<String> failed = new ConcurrentLinkedQueue<>();

    /** The directories that are in place; used by one thread after the other. */
    private final List<RestorePlan.Item> made = new ArrayList<>();

    /**
     * What came of it.
     *
     * @param objects how many files, links and directories are in place
     * @param present how many of them were there already
     * @param fetchedBytes how many bytes came from the node
     * @param verifiedBytes how many bytes of files match their digest, those that were there
     *     included
     * @param failed what is not in place, with the reason, one line each
     */
    public record Outcome(
            long objects,
            long present,
            long fetchedBytes,
            long verifiedBytes,
            List<String> failed) {
        /** Copies the list. */
        public Outcome {
            failed = List.copyOf(failed);
        }
    }

    /**
     * Prepares a download.
     *
     * @param content where from
     * @param folder where to
     * @param restore how files are written
     * @param progress told how many bytes are in place, by several threads
     */
    public TreeDownload(
            ContentClient content, SafeFolder folder, FileRestore restore, LongConsumer progress) {
        this.content = content;
        this.folder = folder;
        this.restore = restore;
        this.progress = progress;
    }

    /**
     * Carries out a plan. Blocks. What the file system refuses, and an object that has gone, is
     * noted and left out; bytes that do not match, and a lost connection, end it.
     *
     * @param width how many at a time
     * @throws Exception why it ended early
     */
    public Outcome run(RestorePlan plan, int width) throws Exception {
        failed.addAll(plan.refused());
        Parallel.forEach(plan.directories(), 1, item -> attempt(item, this::directory));
        Parallel.forEach(plan.files(), width, item -> attempt(item, this::file));
        // Nothing is written any more below a place where a link could stand.
        Parallel.forEach(plan.links(), width, item -> attempt(item, this::link));
        finishDirectories();
        return new Outcome(
                objects.sum(),
                present.sum(),
                fetchedBytes.sum(),
                verifiedBytes.sum(),
                List.copyOf(failed));
    }

    private void file(RestorePlan.Item item) throws IOException {
        folder.makeParents(item.target());
        ObjectInfo info = item.info();
        if (FileRestore.isPresent(item.target(), info)) {
            FileRestore.attributes(item.target(), info);
            present.increment();
            verifiedBytes.add(info.size());
            progress.accept(info.size());
        } else {
            ObjectInfo got = restore.file((t, p) -> download(info, t, p), item.target(), progress);
            fetchedBytes.add(got.size());
            verifiedBytes.add(got.size());
        }
        objects.increment();
    }

    private void link(RestorePlan.Item item) throws IOException {
        folder.makeParents(item.target());
        restore.link((t, p) -> download(item.info(), t, p), item.target());
        objects.increment();
    }

    private void directory(RestorePlan.Item item) throws IOException {
        folder.makeParents(item.target());
        folder.makeDirectory(item.target());
        made.add(item);
        objects.increment();
    }

    private ObjectInfo download(ObjectInfo info, WritableByteChannel target, LongConsumer told)
            throws IOException {
        return content.download(ObjectRef.named(info.name()), target, told);
    }

    /** From the innermost out: a mode without write permission must not stop what is inside. */
    private void finishDirectories() throws IOException {
        for (RestorePlan.Item item : made.reversed()) {
            FileRestore.attributes(item.target(), item.info());
        }
    }

    /** One step of the plan. */
    @FunctionalInterface
    private interface Step {
        void run(RestorePlan.Item item) throws IOException;
    }

    private void attempt(RestorePlan.Item item, Step step) throws IOException {
        try {
            step.run(item);
        } catch (FileSystemException e) {
            failed.add(item.info().name() + ": " + e.getMessage());
        } catch (StoqException e) {
            boolean ofThisOne =
                    e.code() == StoqErrorCode.FORBIDDEN
                            || e.code() == StoqErrorCode.NOT_FOUND
                            || e.code() == StoqErrorCode.INVALID_REQUEST
                            || e.code() == StoqErrorCode.TOO_LARGE;
            if (!ofThisOne) {
                throw e;
            }
            failed.add(item.info().name() + ": " + e.getMessage());
        }
    }
}
