package org.stoq.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A disk that knows what would be left of its segments after a power cut: what was forced, and of
 * the rest any sectors, any length, in any order. One thread.
 */
final class PowerCutDisk implements Disk {
    private static final int SECTOR = 512;

    private final LocalDisk disk = new LocalDisk();
    private final Map<Path, Tracked> files = new TreeMap<>();

    private static final class Tracked {
        byte[] forced = new byte[0];
        boolean nameForced;
    }

    @Override
    public StoreFile open(Path path, boolean create) throws IOException {
        StoreFile file = disk.open(path, create);
        if (!path.toString().endsWith(Segment.SUFFIX)) {
            return file;
        }
        Tracked tracked = new Tracked();
        if (!create) {
            tracked.forced = Files.readAllBytes(path);
            tracked.nameForced = true;
        }
        files.put(path, tracked);
        return new TrackedFile(path, file, tracked);
    }

    @Override
    public long usableBytes(Path directory) {
        return disk.usableBytes(directory);
    }

    @Override
    public void forceDirectory(Path directory) {
        files.entrySet()
                .removeIf(one -> {
                    boolean here = directory.equals(one.getKey().getParent());
                    one.getValue().nameForced |= here;
                    return here && !Files.exists(one.getKey());
                });
    }

    /** Leaves what a power cut could leave, in a copy of the store's folder. */
    void cut(Path copy, Random random) throws IOException {
        Path segments = copy.resolve("segments");
        for (Path segment : Folders.segments(copy)) {
            Files.delete(segment);
        }
        for (Map.Entry<Path, Tracked> one : files.entrySet()) {
            Tracked tracked = one.getValue();
            if (!tracked.nameForced && random.nextBoolean()) {
                continue;
            }
            boolean deleted = !Files.exists(one.getKey());
            if (deleted && random.nextBoolean()) {
                continue;
            }
            byte[] now = deleted ? tracked.forced : Files.readAllBytes(one.getKey());
            Files.write(
                    segments.resolve(String.valueOf(one.getKey().getFileName())),
                    mix(tracked.forced, now, random));
        }
    }

    private static byte[] mix(byte[] forced, byte[] now, Random random) {
        int shorter = Math.min(forced.length, now.length);
        int longer = Math.max(forced.length, now.length);
        int length =
                switch (random.nextInt(3)) {
                    case 0 -> forced.length;
                    case 1 -> now.length;
                    default -> shorter + random.nextInt(longer - shorter + 1);
                };
        byte[] left = Arrays.copyOf(forced, length);
        // Mostly all of it, else mostly nothing would be left to be wrong about.
        int lostOfTen = random.nextInt(4);
        for (int at = 0; at < length; at += SECTOR) {
            int end = Math.min(Math.min(at + SECTOR, length), now.length);
            if (at < end && random.nextInt(10) >= lostOfTen) {
                System.arraycopy(now, at, left, at, end - at);
            }
        }
        return left;
    }

    private static final class TrackedFile implements StoreFile {
        private final Path path;
        private final StoreFile file;
        private final Tracked tracked;

        TrackedFile(Path path, StoreFile file, Tracked tracked) {
            this.path = path;
            this.file = file;
            this.tracked = tracked;
        }

        @Override
        public void write(byte[] bytes, int from, int length, long position) throws IOException {
            file.write(bytes, from, length, position);
        }

        @Override
        public int read(byte[] target, int from, int length, long position) throws IOException {
            return file.read(target, from, length, position);
        }

        @Override
        public void force() throws IOException {
            file.force();
            tracked.forced = Files.readAllBytes(path);
        }

        @Override
        public void truncate(long length) throws IOException {
            file.truncate(length);
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
