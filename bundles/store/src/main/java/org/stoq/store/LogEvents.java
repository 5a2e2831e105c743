package org.stoq.store;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.stoq.sdk.Digest;

/** The content of records other than chunks, and how it is written. */
final class LogEvents {
    private static final int DROP_BYTES = Digest.BYTES + 8;

    private LogEvents() {}

    /** A name is bound. */
    record Bind(Name name, Digest manifest) {}

    /** A name is forgotten, as was first said in a segment of that number. */
    record Unbind(Name name, int origin) {}

    static byte[] encode(Bind bind) {
        byte[] name = bind.name().bytes();
        return ByteBuffer.allocate(Digest.BYTES + name.length)
                .put(bind.manifest().toBytes())
                .put(name)
                .array();
    }

    static Bind bind(byte[] payload) throws DamagedRecordException {
        checkLength(payload, Digest.BYTES);
        var source = ByteBuffer.wrap(payload);
        Digest manifest = Digest.read(source);
        return new Bind(new Name(rest(source)), manifest);
    }

    static byte[] encode(Unbind unbind) {
        byte[] name = unbind.name().bytes();
        return ByteBuffer.allocate(4 + name.length)
                .putInt(unbind.origin())
                .put(name)
                .array();
    }

    static Unbind unbind(byte[] payload) throws DamagedRecordException {
        checkLength(payload, 4);
        var source = ByteBuffer.wrap(payload);
        int origin = source.getInt();
        return new Unbind(new Name(rest(source)), origin);
    }

    static byte[] encode(List<Location.Of> drops) {
        var target = ByteBuffer.allocate(drops.size() * DROP_BYTES);
        for (Location.Of drop : drops) {
            target.put(drop.digest().toBytes())
                    .putInt(drop.location().segment())
                    .putInt(drop.location().offset());
        }
        return target.array();
    }

    static List<Location.Of> drops(byte[] payload) throws DamagedRecordException {
        checkLength(payload, DROP_BYTES);
        List<Location.Of> drops = new ArrayList<>();
        var source = ByteBuffer.wrap(payload);
        while (source.remaining() >= DROP_BYTES) {
            drops.add(
                    new Location.Of(
                            Digest.read(source),
                            new Location(source.getInt(), source.getInt(), 0, 0)));
        }
        return drops;
    }

    private static void checkLength(byte[] payload, int least) throws DamagedRecordException {
        if (payload.length < least) {
            throw new DamagedRecordException("a record of " + payload.length + " bytes", null);
        }
    }

    private static byte[] rest(ByteBuffer source) {
        byte[] rest = new byte[source.remaining()];
        source.get(rest);
        return rest;
    }
}
