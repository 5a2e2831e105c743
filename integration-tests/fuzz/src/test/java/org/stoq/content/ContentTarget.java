package org.stoq.content;

import static org.stoq.sdk.StoqErrorCode.INTEGRITY;
import static org.stoq.sdk.StoqErrorCode.INVALID_REQUEST;
import static org.stoq.sdk.StoqErrorCode.TOO_LARGE;
import static org.stoq.sdk.StoqErrorCode.UNSUPPORTED;

import java.util.List;
import org.stoq.fuzz.FuzzTarget;
import org.stoq.fuzz.Input;
import org.stoq.fuzz.Oracle;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.cbor.CborWriter;

/** Manifests, lists of chunks, version vectors, names and purges, as they come from peers. */
public final class ContentTarget implements FuzzTarget {
    private static final int SIGN1 = 18;

    @Override
    public void run(byte[] bytes) {
        Input input = new Input(bytes);
        int how = input.u8() % 6;
        try {
            switch (how) {
                case 0 -> manifest(input.rest());
                case 1 -> manifest(envelope(input.rest()));
                case 2 -> chunkList(input);
                case 3 -> versions(input);
                case 4 -> name(input);
                default -> purge(envelope(input.rest()));
            }
        } catch (StoqException e) {
            Oracle.refusedWith(e, INVALID_REQUEST, TOO_LARGE, UNSUPPORTED, INTEGRITY);
        }
    }

    /** Nobody verifies the signature of what lies in the store. */
    private static byte[] envelope(byte[] payload) {
        return new CborWriter()
                .tag(SIGN1)
                .array(4)
                .bytes(new byte[0])
                .map(0)
                .bytes(payload)
                .bytes(new byte[0])
                .toBytes();
    }

    private static void manifest(byte[] signed) throws StoqException {
        Manifest manifest = Manifest.ofSigned(signed);
        Oracle.same(manifest.name(), Manifest.checkName(manifest.name()), "the name");
        Oracle.require(manifest.size() >= 0, "a size");
        Oracle.require(manifest.refs().isEmpty() == (manifest.size() == 0), "references");
        Oracle.same(
                manifest.refs(), ChunkList.ofCbor(ChunkList.toCbor(manifest.refs())), "the list");
    }

    private static void purge(byte[] signed) throws StoqException {
        Purge purge = Purge.ofSigned(signed);
        PurgeIndex index = new PurgeIndex();
        index.put(purge);
        String value = purge.selector().value();
        long latest =
                switch (purge.selector().kind()) {
                    case NAME, PREFIX -> index.latest(value, List.of(), purge.issuer());
                    case TAG -> index.latest("", List.of(value), purge.issuer());
                    case ORIGIN -> index.latest("", List.of(), NodeId.parse(value));
                };
        boolean others =
                purge.own()
                        && purge.selector().kind() == Selector.Kind.ORIGIN
                        && !purge.issuer().digest().hex().equals(value);
        Oracle.same(latest, others ? PurgeIndex.NEVER : purge.millis(), "what it means");
    }

    private static void chunkList(Input input) throws StoqException {
        long length = input.i64();
        byte[] plain = input.rest();
        List<ChunkRef> refs = ChunkList.decode(plain, length);
        Oracle.same(plain, ChunkList.encode(refs), "written again");
        Oracle.same(length, refs.stream().mapToLong(ChunkRef::length).sum(), "the length");
    }

    private static void versions(Input input) throws StoqException {
        CborMap both = CborMap.decode(input.rest());
        VersionVector one = VersionVector.ofCbor(both.list(1));
        VersionVector other = VersionVector.ofCbor(both.list(2));
        Oracle.same(one, VersionVector.ofCbor(one.toCbor()), "written again");
        VersionVector merged = one.merge(other);
        if (merged.counts().size() < VersionVector.MAX_NODES) {
            Oracle.require(isCovered(one, merged) && isCovered(other, merged), "a merge is newer");
        }
        Oracle.same(one.compare(other) == VersionVector.Order.SAME, one.equals(other), "sameness");
    }

    private static boolean isCovered(VersionVector part, VersionVector whole) {
        return switch (part.compare(whole)) {
            case SAME, OLDER -> true;
            case NEWER, CONCURRENT -> false;
        };
    }

    private static void name(Input input) throws StoqException {
        String name = CborMap.decode(input.rest()).text(1);
        String checked = Manifest.checkName(name);
        for (String part : checked.split("/", -1)) {
            Oracle.require(!part.isEmpty() && !part.equals(".") && !part.equals(".."), "a way out");
        }
    }
}
