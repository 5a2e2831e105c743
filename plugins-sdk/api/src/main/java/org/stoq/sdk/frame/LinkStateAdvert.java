package org.stoq.sdk.frame;

import java.util.ArrayList;
import java.util.List;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.cose.CoseSign1;
import org.stoq.sdk.cose.Signer;
import org.stoq.sdk.cose.SigningDomain;
import org.stoq.sdk.routing.Link;

/**
 * The links of one node: the content of ROUTE_UPDATE.
 *
 * @param node whose links they are, and who signs
 * @param sequence higher than that of every earlier advert of the node
 * @param links at most {@value #MAX_LINKS} links that start at the node
 */
public record LinkStateAdvert(NodeId node, long sequence, List<Link> links) {
    /** Most links of one node. */
    public static final int MAX_LINKS = 64;

    private static final SigningDomain DOMAIN = new SigningDomain("mesh", "link-state");
    private static final int SEQUENCE = 1;
    private static final int LINKS = 2;

    /** Copies the list and checks it. */
    public LinkStateAdvert {
        links = List.copyOf(links);
        if (links.size() > MAX_LINKS || links.stream().anyMatch(l -> !l.from().equals(node))) {
            throw new IllegalArgumentException(
                    "%d links, all of which start at %s".formatted(links.size(), node));
        }
    }

    /** Returns the signed form. */
    public byte[] sign(Signer signer) {
        if (!signer.id().equals(node)) {
            throw new IllegalArgumentException("a node advertises its own links only");
        }
        List<CborMap> items = new ArrayList<>();
        for (Link link : links) {
            items.add(
                    CborMap.builder()
                            .put(1, link.to().digest())
                            .put(2, link.rttMicros())
                            .put(3, link.bandwidthBitsPerSecond())
                            .put(4, link.loadPercent())
                            .build());
        }
        byte[] payload =
                CborMap.builder().put(SEQUENCE, sequence).put(LINKS, items).build().encode();
        return CoseSign1.sign(signer, DOMAIN, payload).encoded();
    }

    /**
     * Verifies and reads the signed form.
     *
     * @throws StoqException INTEGRITY, INVALID_REQUEST or TOO_LARGE
     */
    public static LinkStateAdvert verify(byte[] signed) throws StoqException {
        CoseSign1 envelope = CoseSign1.verify(signed, DOMAIN);
        CborMap map = CborMap.decode(envelope.payload());
        List<?> items = map.list(LINKS);
        if (items.size() > MAX_LINKS) {
            throw new StoqException(StoqErrorCode.TOO_LARGE, items.size() + " links of one node");
        }
        List<Link> links = new ArrayList<>();
        for (Object item : items) {
            if (!(item instanceof CborMap link)) {
                throw new StoqException(StoqErrorCode.INVALID_REQUEST, "a link is a map");
            }
            links.add(link(envelope.signer(), link));
        }
        return new LinkStateAdvert(envelope.signer(), map.integer(SEQUENCE), links);
    }

    private static Link link(NodeId from, CborMap map) throws StoqException {
        try {
            return new Link(
                    from,
                    new NodeId(map.digest(1)),
                    map.integer(2),
                    map.integer(3),
                    Math.toIntExact(map.integer(4)));
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new StoqException(
                    StoqErrorCode.INVALID_REQUEST, String.valueOf(e.getMessage()), e);
        }
    }
}
