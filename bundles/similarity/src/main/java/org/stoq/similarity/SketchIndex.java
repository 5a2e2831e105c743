package org.stoq.similarity;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.stoq.sdk.Digest;
import org.stoq.sdk.chunk.SimilarityIndex;
import org.stoq.sdk.config.ServerConfig;

/**
 * Finds similar chunks by their sketches ({@link GearSketch}), of which it remembers the last
 * 262,144: at 64 KiB each those of 16 GiB, in 24 MiB of heap. A file under the node's data folder
 * keeps them over a restart.
 */
@Component(
        service = SimilarityIndex.class,
        configurationPid = ServerConfig.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = "service.ranking:Integer=100")
public final class SketchIndex implements SimilarityIndex, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SketchIndex.class.getName());
    private static final int CAPACITY = 1 << 18;

    private final SketchTable table;
    // Taken before the table's own.
    private final ReentrantLock fileLock = new ReentrantLock();
    // Guarded by its lock; nothing where there is no file, or none that can be written.
    private @Nullable SketchFile file;

    /** Reads what an earlier run has left; OSGi does. */
    @Activate
    public SketchIndex(Map<String, Object> properties) {
        this(
                CAPACITY,
                ServerConfig.TABLE
                        .readProperties(properties)
                        .dataDir()
                        .resolve("similarity/sketches"));
    }

    /** Makes an empty index that nothing outlives. */
    public SketchIndex() {
        table = new SketchTable(CAPACITY);
    }

    SketchIndex(int capacity, Path path) {
        table = new SketchTable(capacity);
        try {
            file = new SketchFile(path, table, 2 * capacity);
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "similar chunks are found among new ones only: {0}: {1}",
                    path,
                    e);
        }
    }

    @Override
    public String name() {
        return "sketch";
    }

    @Override
    public int[] sketch(byte[] plain, int from, int length) {
        return GearSketch.of(plain, from, length);
    }

    @Override
    public List<Digest> similar(int[] sketch, int limit) {
        return table.similar(sketch, limit);
    }

    @Override
    public void remember(int[] sketch, Digest digest) {
        fileLock.lock();
        try {
            if (table.add(sketch, digest) && file != null) {
                file.append(sketch, digest);
            }
        } catch (IOException e) {
            giveUp(e);
        } finally {
            fileLock.unlock();
        }
    }

    /** Takes no notice: all that is used, the folder, never changes while the node runs. */
    @Modified
    void modified(Map<String, Object> properties) {}

    /** Writes what is not on the disk yet. A second call does nothing. */
    @Override
    @Deactivate
    public void close() {
        fileLock.lock();
        try {
            if (file != null) {
                file.flush();
                file.close();
                file = null;
            }
        } catch (IOException e) {
            giveUp(e);
        } finally {
            fileLock.unlock();
        }
    }

    /** Goes on in memory: the disk is full, or failing, and these are hints only. */
    private void giveUp(IOException why) {
        LOG.log(
                System.Logger.Level.WARNING,
                "what is similar will not all be known after a restart: {0}",
                why.toString());
        SketchFile broken = file;
        file = null;
        try {
            if (broken != null) {
                broken.close();
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "closing it failed as well", e);
        }
    }
}
