package org.stoq.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import org.stoq.client.ObjectInfo;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.cose.CoseSign1;
import org.stoq.sdk.cose.SigningDomain;

/**
 * What a publisher has signed of an object. Whoever knows the digest of a manifest need not believe
 * the node that sends it, nor what the node says of the object.
 *
 * @param object SHA-256 of the whole content
 * @param size length in bytes
 * @param publisher who has signed it
 */
record SignedManifest(Digest object, long size, NodeId publisher) {
    private static final SigningDomain DOMAIN = new SigningDomain("content", "manifest");
    private static final int MAX_BYTES = 128 << 10;
    private static final int SIZE = 4;
    private static final int OBJECT = 5;

    /**
     * Fetches and verifies a manifest.
     *
     * @throws StoqException INTEGRITY if the node sends another one, or its signature is wrong
     */
    static SignedManifest fetch(NodeAccess node, Digest digest) throws IOException {
        ByteArrayOutputStream signed = new ByteArrayOutputStream();
        CborMap arguments = CborMap.builder().put(2, digest).build();
        try (Reply reply = node.connection().call(Request.of("content", "manifest", arguments))) {
            long length = reply.response().bodyLength().orElse(MAX_BYTES + 1L);
            if (length > MAX_BYTES) {
                throw new StoqException(
                        StoqErrorCode.TOO_LARGE, "a manifest of more than " + MAX_BYTES + " bytes");
            }
            StreamChannel.copy(reply.body(), Channels.newChannel(signed), told -> {}, length);
        }
        return of(signed.toByteArray(), digest);
    }

    /** Verifies and reads a manifest. */
    static SignedManifest of(byte[] signed, Digest digest) throws StoqException {
        if (!Digest.of(signed).equals(digest)) {
            throw new StoqException(
                    StoqErrorCode.INTEGRITY,
                    "asked for the manifest %s, the node sent %s"
                            .formatted(digest, Digest.of(signed)));
        }
        CoseSign1 envelope = CoseSign1.verify(signed, DOMAIN);
        CborMap map = CborMap.decode(envelope.payload());
        return new SignedManifest(map.digest(OBJECT), map.integer(SIZE), envelope.signer());
    }

    /**
     * Returns what a node says of the object, if it agrees.
     *
     * @throws StoqException INTEGRITY if it does not
     */
    ObjectInfo check(ObjectInfo said) throws StoqException {
        if (!said.object().equals(object) || said.size() != size) {
            throw new StoqException(
                    StoqErrorCode.INTEGRITY,
                    "the node says %s has %s and %d bytes, its publisher says %s and %d"
                            .formatted(said.name(), said.object(), said.size(), object, size));
        }
        return said;
    }
}
