package org.stoq.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * A small file that says up to where the log was durable when it was last written.
 *
 * <p>It tells a torn tail from damage: what is broken behind the mark was never acknowledged and is
 * cut with all that follows; what is broken before it is damage, and its neighbours are kept. It is
 * written after each sync without a sync of its own, so it is exact after a killed process and may be
 * a little behind after a power cut, which only makes the tail that may be cut longer by what the
 * kernel had not yet written.
 */
final class DurableMark implements AutoCloseable {
    private static final int SLOT_BYTES = 32;
    private static final long MAGIC = 0x53544F514D41524BL;

    private final StoreFile file;
    // The two slots are written in turn, so that one is whole at every instant.
    private long turn;

    private DurableMark(StoreFile file) {
        this.file = file;
    }

    static DurableMark open(Disk disk, Path path) throws IOException {
        return new DurableMark(disk.open(path, !Files.exists(path)));
    }

    /** Returns the position, or -1 if the file says nothing. */
    long read() throws IOException {
        byte[] slots = new byte[2 * SLOT_BYTES];
        int length = file.read(slots, 0, slots.length, 0);
        long position = -1;
        for (int at = 0; at + SLOT_BYTES <= length; at += SLOT_BYTES) {
            ByteBuffer slot = ByteBuffer.wrap(slots, at, SLOT_BYTES);
            if (slot.getLong() == MAGIC) {
                long number = slot.getLong();
                long value = slot.getLong();
                if (slot.getInt() == checksum(slots, at) && number >= turn) {
                    turn = number;
                    position = value;
                }
            }
        }
        return position;
    }

    /** Writes the position. One thread at a time. */
    void write(long position) throws IOException {
        turn++;
        byte[] slot = new byte[SLOT_BYTES];
        ByteBuffer.wrap(slot).putLong(MAGIC).putLong(turn).putLong(position);
        ByteBuffer.wrap(slot).putInt(24, checksum(slot, 0));
        file.write(slot, 0, slot.length, turn % 2 * SLOT_BYTES);
    }

    void force() throws IOException {
        file.force();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private static int checksum(byte[] bytes, int from) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, 24);
        return (int) crc.getValue();
    }
}
