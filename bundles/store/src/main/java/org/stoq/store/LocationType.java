package org.stoq.store;

import java.nio.ByteBuffer;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;

/** Locations as values of the index. */
final class LocationType extends CheckedType<Location> {
    static final LocationType INSTANCE = new LocationType();

    private LocationType() {}

    @Override
    public int getMemory(Location location) {
        return 40;
    }

    @Override
    public void write(WriteBuffer target, Location location) {
        target.putVarInt(location.segment())
                .putVarInt(location.offset())
                .putVarInt(location.headerLength())
                .putVarInt(location.storedLength())
                .putVarInt(location.plainLength());
    }

    @Override
    public Location read(ByteBuffer source) {
        return new Location(
                DataUtils.readVarInt(source),
                DataUtils.readVarInt(source),
                DataUtils.readVarInt(source),
                DataUtils.readVarInt(source),
                DataUtils.readVarInt(source));
    }

    @Override
    public Location[] createStorage(int size) {
        return new Location[size];
    }
}
