package org.stoq.store;

import java.nio.ByteBuffer;
import org.h2.mvstore.WriteBuffer;
import org.stoq.sdk.Digest;

/** Digests as keys of the index. */
final class DigestType extends CheckedType<Digest> {
    static final DigestType INSTANCE = new DigestType();

    private DigestType() {}

    @Override
    public int compare(Digest a, Digest b) {
        return a.compareTo(b);
    }

    @Override
    public int getMemory(Digest digest) {
        return 48;
    }

    @Override
    public void write(WriteBuffer target, Digest digest) {
        target.put(digest.toBytes());
    }

    @Override
    public Digest read(ByteBuffer source) {
        return Digest.read(source);
    }

    @Override
    public Digest[] createStorage(int size) {
        return new Digest[size];
    }
}
