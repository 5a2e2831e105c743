package org.stoq.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.ZipOutputStream;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.RandomAccessStore;
import org.h2.mvstore.SFChunk;

/**
 * The file of the index, for the MVStore: over a {@link StoreFile}, because the library's own
 * channel is closed for good when a reading thread is interrupted.
 */
final class IndexFile extends RandomAccessStore {
    private final Path path;
    private final StoreFile file;

    private IndexFile(Path path, StoreFile file, int cacheMegabytes) {
        super(new HashMap<>(Map.of("cacheSize", cacheMegabytes)));
        this.path = path;
        this.file = file;
    }

    static IndexFile open(Disk disk, Path path, int cacheMegabytes) throws IOException {
        IndexFile index = new IndexFile(path, disk.open(path, !Files.exists(path)), cacheMegabytes);
        index.init(path.toString(), false);
        index.saveChunkLock.lock();
        try {
            index.setSize(index.file.size());
        } finally {
            index.saveChunkLock.unlock();
        }
        return index;
    }

    @Override
    public void open(String fileName, boolean readOnly, char[] encryptionKey) {
        throw new IllegalStateException("already open: " + path);
    }

    @Override
    public IndexFile open(String fileName, boolean readOnly) {
        throw new IllegalStateException("already open: " + path);
    }

    @Override
    protected void writeFully(SFChunk chunk, long position, ByteBuffer source) {
        int length = source.remaining();
        saveChunkLock.lock();
        try {
            setSize(Math.max(size(), position + length));
        } finally {
            saveChunkLock.unlock();
        }
        byte[] bytes;
        int from;
        if (source.hasArray()) {
            bytes = source.array();
            from = source.arrayOffset() + source.position();
            source.position(source.limit());
        } else {
            bytes = new byte[length];
            from = 0;
            source.get(bytes);
        }
        try {
            file.write(bytes, from, length, position);
        } catch (IOException e) {
            throw failure(DataUtils.ERROR_WRITING_FAILED, e);
        }
        writeCount.incrementAndGet();
        writeBytes.addAndGet(length);
    }

    @Override
    public ByteBuffer readFully(SFChunk chunk, long position, int length) {
        byte[] bytes = new byte[length];
        try {
            if (file.read(bytes, 0, length, position) < length) {
                throw new IOException("the file ends before " + (position + length));
            }
        } catch (IOException e) {
            throw failure(DataUtils.ERROR_READING_FAILED, e);
        }
        readCount.incrementAndGet();
        readBytes.addAndGet(length);
        return ByteBuffer.wrap(bytes);
    }

    @Override
    protected void truncate(long size) {
        try {
            file.truncate(size);
            setSize(Math.min(size(), size));
        } catch (IOException e) {
            throw failure(DataUtils.ERROR_WRITING_FAILED, e);
        }
    }

    @Override
    public void sync() {
        try {
            file.force();
        } catch (IOException e) {
            throw failure(DataUtils.ERROR_WRITING_FAILED, e);
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw failure(DataUtils.ERROR_WRITING_FAILED, e);
        } finally {
            super.close();
        }
    }

    @Override
    public void backup(ZipOutputStream target) {
        throw new UnsupportedOperationException("the index is derived; back up the segments");
    }

    private MVStoreException failure(int code, IOException cause) {
        return DataUtils.newMVStoreException(code, "{0}: {1}", path, cause.toString(), cause);
    }
}
