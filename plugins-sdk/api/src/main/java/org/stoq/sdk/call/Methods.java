package org.stoq.sdk.call;

import java.io.IOException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * The methods of one service, each with the least role that may call it, for a {@link
 * MethodsAdapter} or another {@link Adapter} to hand its calls to. Immutable; any thread.
 *
 * <pre>{@code
 * private final Methods methods =
 *         Methods.of("greeting").add("hello", Role.ANONYMOUS, this::hello).build();
 * }</pre>
 */
public final class Methods {
    private final String service;
    private final Map<String, Entry> entries;
    private final Role leastRole;

    private record Entry(Role role, Method method, boolean read) {}

    private Methods(String service, Map<String, Entry> entries) {
        this.service = service;
        this.entries = Map.copyOf(entries);
        this.leastRole =
                entries.values().stream()
                        .map(Entry::role)
                        .min(Comparator.naturalOrder())
                        .orElse(Role.OPERATOR);
    }

    /** One method of a service. */
    @FunctionalInterface
    public interface Method {
        /** Answers one call, as {@link Adapter#handle} does. */
        void answer(Call call) throws IOException;
    }

    /** Begins with no methods. */
    public static Builder of(String service) {
        return new Builder(service);
    }

    /** Returns the service's name. */
    public String service() {
        return service;
    }

    /**
     * Returns the least role that may call a method. That there is no such method may learn whoever
     * may call any other one.
     */
    public Role requiredRole(String method) {
        Entry entry = entries.get(method);
        return entry == null ? leastRole : entry.role();
    }

    /** Returns whether a method was added as one that only reads, as {@link Adapter#replaySafe}. */
    public boolean replaySafe(String method) {
        Entry entry = entries.get(method);
        return entry != null && entry.read();
    }

    /**
     * Answers a call with its method.
     *
     * @throws StoqException NOT_FOUND if there is no such method
     */
    public void handle(Call call) throws IOException {
        String name = call.request().method();
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new StoqException(
                    StoqErrorCode.NOT_FOUND,
                    "the service %s has no method '%s'".formatted(service, name));
        }
        entry.method().answer(call);
    }

    /** Collects methods. */
    public static final class Builder {
        private final String service;
        private final Map<String, Entry> entries = new LinkedHashMap<>();

        private Builder(String service) {
            this.service = service;
        }

        /**
         * Adds a method.
         *
         * @throws IllegalArgumentException if there is one of that name
         */
        public Builder add(String name, Role role, Method method) {
            return add(name, new Entry(role, method, false));
        }

        /**
         * Adds a method that only reads: who repeats a call to it changes nothing.
         *
         * @throws IllegalArgumentException if there is one of that name
         */
        public Builder addRead(String name, Role role, Method method) {
            return add(name, new Entry(role, method, true));
        }

        private Builder add(String name, Entry entry) {
            if (entries.putIfAbsent(name, entry) != null) {
                throw new IllegalArgumentException("two methods '" + name + "' of " + service);
            }
            return this;
        }

        /** Returns the methods. */
        public Methods build() {
            return new Methods(service, entries);
        }
    }
}
