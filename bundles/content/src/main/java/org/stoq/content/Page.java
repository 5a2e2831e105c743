package org.stoq.content;

import java.util.ArrayList;
import java.util.List;
import org.stoq.sdk.cbor.CborMap;

/**
 * One page of a listing, cut so that it fits the head of an answer. Belongs to one thread.
 *
 * <p>The caller asks for the page behind {@code last} while {@code more} is true.
 */
final class Page {
    /** Room for items in a header block of 16 KiB, with the rest of the header beside them. */
    private static final int MAX_BYTES = 14 << 10;

    private static final int ITEMS = 1;
    private static final int MORE = 2;
    private static final int LAST = 3;

    private final int limit;
    private final List<Object> items = new ArrayList<>();
    private int bytes;

    /**
     * Creates an empty page.
     *
     * @param limit most items
     */
    Page(int limit) {
        this.limit = limit;
    }

    /** Adds an item. Returns false if it does not fit any more. */
    boolean add(CborMap item) {
        int size = item.encode().length;
        if (items.size() == limit || (bytes + size > MAX_BYTES && !items.isEmpty())) {
            return false;
        }
        bytes += size;
        return items.add(item);
    }

    /**
     * Returns the results of the call.
     *
     * @param more whether there may be items behind this page
     * @param last the name to ask for what lies behind; it need not be in the page
     */
    CborMap toCbor(boolean more, String last) {
        return CborMap.builder().put(ITEMS, items).put(MORE, more).put(LAST, last).build();
    }
}
