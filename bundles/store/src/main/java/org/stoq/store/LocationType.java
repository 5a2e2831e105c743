package org.stoq.store;

import java.nio.ByteBuffer;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.stoq.sdk.Digest;

/** Locations as values of the index. */
final class LocationType extends CheckedType<Location> {
    static final LocationType INSTANCE = new LocationType();

    private LocationType() {}

    @Override
    public int getMemory(Location location) {
        return location.base() == null ? 40 : 96;
    }

    @Override
    public void write(WriteBuffer target, Location location) {
        target.putVarInt(location.segment())
                .putVarInt(location.offset())
                .putVarInt(location.headerLength())
                .putVarInt(location.storedLength())
                .putVarInt(location.plainLength());
        Digest base = location.base();
        target.put((byte) (base == null ? 0 : 1));
        if (base != null) {
            target.put(base.toBytes());
        }
    }

    @Override
    public Location read(ByteBuffer source) {
        return new Location(
                DataUtils.readVarInt(source),
                DataUtils.readVarInt(source),
                DataUtils.readVarInt(source),
                DataUtils.readVarInt(source),
                DataUtils.readVarInt(source),
                source.get() == 0 ? null : Digest.read(source));
    }

    @Override
    public Location[] createStorage(int size) {
        return new Location[size];
    }
}
