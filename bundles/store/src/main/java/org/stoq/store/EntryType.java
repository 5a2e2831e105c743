package org.stoq.store;

import java.nio.ByteBuffer;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.stoq.sdk.Digest;

/** What names are bound to, as values of the index. */
final class EntryType extends CheckedType<Name.Entry> {
    static final EntryType INSTANCE = new EntryType();

    private EntryType() {}

    @Override
    public int getMemory(Name.Entry entry) {
        return 80;
    }

    @Override
    public void write(WriteBuffer target, Name.Entry entry) {
        target.put(entry.manifest().toBytes()).putVarInt(entry.segment()).putVarInt(entry.offset());
    }

    @Override
    public Name.Entry read(ByteBuffer source) {
        return new Name.Entry(
                Digest.read(source), DataUtils.readVarInt(source), DataUtils.readVarInt(source));
    }

    @Override
    public Name.Entry[] createStorage(int size) {
        return new Name.Entry[size];
    }
}
