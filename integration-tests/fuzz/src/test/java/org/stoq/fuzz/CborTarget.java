package org.stoq.fuzz;

import static org.stoq.sdk.StoqErrorCode.INVALID_REQUEST;
import static org.stoq.sdk.StoqErrorCode.TOO_LARGE;

import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborLimits;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.cbor.CborReader;

/** CBOR: what is read is written again as the same bytes, for there is one encoding of each map. */
public final class CborTarget implements FuzzTarget {
    private static final CborLimits NARROW = new CborLimits(3, 8, 256);

    /** Tag of a COSE_Sign1. */
    private static final int SIGN1 = 18;

    @Override
    public void run(byte[] bytes) {
        Input input = new Input(bytes);
        int how = input.u8();
        CborLimits limits = (how & 1) == 0 ? CborLimits.STANDARD : NARROW;
        try {
            if ((how & 2) == 0) {
                map(input.rest(), limits);
            } else {
                items(input, limits);
            }
        } catch (StoqException e) {
            Oracle.refusedWith(e, INVALID_REQUEST, TOO_LARGE);
        }
    }

    private static void map(byte[] encoded, CborLimits limits) throws StoqException {
        CborMap map = CborMap.decode(encoded, limits);
        Oracle.same(encoded, map.encode(), "written again");
        Oracle.require(!map.toString().isEmpty(), "it has a text");
        for (long key : map.keys()) {
            Oracle.require(map.has(key), "it has its keys");
        }
    }

    private static void items(Input input, CborLimits limits) throws StoqException {
        int order = input.u16();
        CborReader reader = new CborReader(input.rest(), limits);
        for (int left = order; left > 0; left /= 6) {
            switch (left % 6) {
                case 0 -> Oracle.require(reader.integer() != 0 || left != 0, "an integer");
                case 1 -> Oracle.require(reader.bytes().length <= limits.maxBytes(), "bytes");
                case 2 -> Oracle.require(reader.text().length() <= limits.maxBytes(), "a text");
                case 3 -> Oracle.require(reader.array() <= limits.maxItems(), "an array");
                case 4 -> reader.tag(SIGN1);
                default -> Oracle.require(reader.map().keys() != null, "a map");
            }
        }
        reader.finish();
    }
}
