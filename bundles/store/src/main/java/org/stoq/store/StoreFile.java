package org.stoq.store;

import java.io.IOException;

/**
 * One file of the store, read and written at positions. Any thread; blocks on the disk. An
 * interrupt neither stops an operation nor closes the file; it stays set.
 */
interface StoreFile extends AutoCloseable {
    /** Writes all the bytes. */
    void write(byte[] bytes, int from, int length, long position) throws IOException;

    /** Reads as many bytes as are there, at most {@code length}; 0 at the end of the file. */
    int read(byte[] target, int from, int length, long position) throws IOException;

    /** Makes what was written survive a power cut. */
    void force() throws IOException;

    /** Cuts the file. */
    void truncate(long length) throws IOException;

    /** Returns the length in bytes. */
    long size() throws IOException;

    /** Closes the file for good. */
    @Override
    void close() throws IOException;
}
