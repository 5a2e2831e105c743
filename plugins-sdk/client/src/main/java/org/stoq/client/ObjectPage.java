package org.stoq.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;

/**
 * A part of a listing.
 *
 * @param objects objects in the order of their names
 * @param next the name behind which the next page begins; empty on the last one
 */
public record ObjectPage(List<ObjectInfo> objects, Optional<String> next) {
    private static final int ITEMS = 1;
    private static final int MORE = 2;
    private static final int LAST_SEEN = 3;

    /** Copies the list. */
    public ObjectPage {
        objects = List.copyOf(objects);
    }

    /**
     * Reads the results of {@code ls}.
     *
     * <p>A page whose names were all removed is empty and tells by key 3 where to go on; without it
     * the last object does.
     *
     * @param after the name behind which this page was asked to begin
     * @throws StoqException INTEGRITY if the page would lead back to itself
     */
    static ObjectPage of(CborMap page, String after) throws StoqException {
        List<ObjectInfo> objects = new ArrayList<>();
        for (Object item : page.list(ITEMS)) {
            if (!(item instanceof CborMap map)) {
                throw new StoqException(StoqErrorCode.INVALID_REQUEST, "a listing of no objects");
            }
            objects.add(ObjectInfo.ofItem(map));
        }
        if (!page.bool(MORE)) {
            return new ObjectPage(objects, Optional.empty());
        }
        Optional<String> next = page.findText(LAST_SEEN);
        if (next.isEmpty() && !objects.isEmpty()) {
            next = Optional.of(objects.getLast().name());
        }
        if (next.isPresent() && next.get().equals(after)) {
            throw new StoqException(
                    StoqErrorCode.INTEGRITY, "the listing does not get on behind '" + after + "'");
        }
        return new ObjectPage(objects, next);
    }
}
