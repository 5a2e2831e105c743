package org.stoq.sdk.cbor;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * An immutable CBOR map with integer keys: the shape of every object that STOQ sends or signs.
 *
 * <p>Values are Long, BigInteger, String, byte[], Boolean, null, List of these, and CborMap.
 * Unknown keys are ignored by whoever reads a map; unknown negative ones are critical ({@link
 * #refuseUnknownCritical}).
 */
public final class CborMap {
    /** A map without pairs. */
    public static final CborMap EMPTY = new CborMap(Collections.emptySortedMap());

    /** Non-negative keys ascending, then negative ones descending: the order of their encodings. */
    static final Comparator<Long> ENCODED_ORDER =
            Comparator.comparing((Long key) -> key < 0)
                    .thenComparingLong(key -> key < 0 ? ~key : key);

    private final SortedMap<Long, @Nullable Object> pairs;

    private CborMap(SortedMap<Long, @Nullable Object> pairs) {
        this.pairs = pairs;
    }

    /** Returns a builder of an empty map. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Reads a whole encoding within {@link CborLimits#STANDARD}.
     *
     * @throws StoqException INVALID_REQUEST or TOO_LARGE
     */
    public static CborMap decode(byte[] bytes) throws StoqException {
        return decode(bytes, CborLimits.STANDARD);
    }

    /** Reads a whole encoding within the limits. */
    public static CborMap decode(byte[] bytes, CborLimits limits) throws StoqException {
        CborReader reader = new CborReader(bytes, limits);
        CborMap map = reader.map();
        reader.finish();
        return map;
    }

    /** Returns the deterministic encoding. */
    public byte[] encode() {
        CborWriter writer = new CborWriter();
        write(writer, this);
        return writer.toBytes();
    }

    /** Returns whether there is such a key, even if its value is null. */
    public boolean has(long key) {
        return pairs.containsKey(key);
    }

    /** Returns the keys in the order of their encodings. */
    public List<Long> keys() {
        return List.copyOf(pairs.keySet());
    }

    /** Returns a text. */
    public String text(long key) throws StoqException {
        return require(key, String.class);
    }

    /** Returns an integer that fits 64 bits. */
    public long integer(long key) throws StoqException {
        return require(key, Long.class);
    }

    /** Returns an integer of any size. */
    public BigInteger bigInteger(long key) throws StoqException {
        return pairs.get(key) instanceof Long small
                ? BigInteger.valueOf(small)
                : require(key, BigInteger.class);
    }

    /** Returns a copy of a byte string. */
    public byte[] bytes(long key) throws StoqException {
        return require(key, byte[].class).clone();
    }

    /** Returns a digest. */
    public Digest digest(long key) throws StoqException {
        byte[] bytes = require(key, byte[].class);
        if (bytes.length != Digest.BYTES) {
            throw invalid(key, "a digest has 32 bytes, not " + bytes.length);
        }
        return Digest.copyOf(bytes);
    }

    /** Returns true or false. */
    public boolean bool(long key) throws StoqException {
        return require(key, Boolean.class);
    }

    /** Returns a map. */
    public CborMap map(long key) throws StoqException {
        return require(key, CborMap.class);
    }

    /** Returns a list, which cannot be changed. */
    public List<?> list(long key) throws StoqException {
        return require(key, List.class);
    }

    /** Returns a text, or nothing if there is no such key. */
    public Optional<String> findText(long key) throws StoqException {
        return has(key) ? Optional.of(text(key)) : Optional.empty();
    }

    /** Returns an integer, or nothing if there is no such key. */
    public OptionalLong findInteger(long key) throws StoqException {
        return has(key) ? OptionalLong.of(integer(key)) : OptionalLong.empty();
    }

    /** Returns an integer that is not negative, or nothing if there is no such key. */
    public OptionalLong findUnsigned(long key) throws StoqException {
        OptionalLong found = findInteger(key);
        if (found.orElse(0) < 0) {
            throw invalid(key, "it is negative");
        }
        return found;
    }

    /** Returns a digest, or nothing if there is no such key. */
    public Optional<Digest> findDigest(long key) throws StoqException {
        return has(key) ? Optional.of(digest(key)) : Optional.empty();
    }

    /** Returns a map, or nothing if there is no such key. */
    public Optional<CborMap> findMap(long key) throws StoqException {
        return has(key) ? Optional.of(map(key)) : Optional.empty();
    }

    /**
     * Refuses a map with negative keys that the reader does not know (decision 12).
     *
     * @param known the negative keys that it does
     * @throws StoqException UNSUPPORTED
     */
    public void refuseUnknownCritical(long... known) throws StoqException {
        for (long key : pairs.keySet()) {
            if (key < 0 && Arrays.stream(known).noneMatch(k -> k == key)) {
                throw new StoqException(StoqErrorCode.UNSUPPORTED, "unknown critical key " + key);
            }
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CborMap that && Arrays.equals(encode(), that.encode());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encode());
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("{");
        for (Map.Entry<Long, @Nullable Object> pair : pairs.entrySet()) {
            Object value = pair.getValue();
            text.append(text.length() > 1 ? ", " : "").append(pair.getKey()).append(": ");
            text.append(value instanceof byte[] bytes ? bytes.length + " bytes" : value);
        }
        return text.append('}').toString();
    }

    private <T> T require(long key, Class<T> type) throws StoqException {
        Object value = pairs.get(key);
        if (!type.isInstance(value)) {
            throw invalid(
                    key,
                    value == null
                            ? "it is missing"
                            : "it is no " + type.getSimpleName().replace("Long", "integer"));
        }
        return type.cast(value);
    }

    private static StoqException invalid(long key, String what) {
        return new StoqException(StoqErrorCode.INVALID_REQUEST, "key " + key + ": " + what);
    }

    private static void write(CborWriter writer, @Nullable Object value) {
        switch (value) {
            case null -> writer.nul();
            case Long number -> writer.integer(number);
            case BigInteger number -> writer.integer(number);
            case String text -> writer.text(text);
            case byte[] bytes -> writer.bytes(bytes);
            case Boolean bool -> writer.bool(bool);
            case List<?> list -> {
                writer.array(list.size());
                list.forEach(item -> write(writer, item));
            }
            case CborMap map -> {
                writer.map(map.pairs.size());
                map.pairs.forEach((key, item) -> {
                    writer.integer(key);
                    write(writer, item);
                });
            }
            default -> throw new IllegalArgumentException("no CBOR form for " + value.getClass());
        }
    }

    /** Builds a map. Belongs to one thread. */
    public static final class Builder {
        private final SortedMap<Long, @Nullable Object> pairs = new TreeMap<>(ENCODED_ORDER);

        private Builder() {}

        /** Adds a text. */
        public Builder put(long key, String value) {
            return add(key, value);
        }

        /** Adds an integer. */
        public Builder put(long key, long value) {
            return add(key, value);
        }

        /** Adds an integer of any size. */
        public Builder put(long key, BigInteger value) {
            return add(key, value.bitLength() < 64 ? (Object) value.longValue() : value);
        }

        /** Adds a copy of a byte string. */
        public Builder put(long key, byte[] value) {
            return add(key, value.clone());
        }

        /** Adds a digest as 32 bytes. */
        public Builder put(long key, Digest value) {
            return add(key, value.toBytes());
        }

        /** Adds true or false. */
        public Builder put(long key, boolean value) {
            return add(key, value);
        }

        /** Adds a map. */
        public Builder put(long key, CborMap value) {
            return add(key, value);
        }

        /** Adds a list of values that have a CBOR form. */
        public Builder put(long key, List<?> value) {
            return add(key, Collections.unmodifiableList(new ArrayList<Object>(value)));
        }

        /** Returns the map. */
        public CborMap build() {
            SortedMap<Long, @Nullable Object> copy = new TreeMap<>(ENCODED_ORDER);
            copy.putAll(pairs);
            return new CborMap(copy);
        }

        void putDecoded(long key, @Nullable Object value) {
            pairs.put(key, value);
        }

        private Builder add(long key, Object value) {
            pairs.put(key, Objects.requireNonNull(value));
            return this;
        }
    }
}
