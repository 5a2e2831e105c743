package org.stoq.sdk.call;

import java.io.IOException;
import org.osgi.annotation.versioning.ConsumerType;

/** An {@link Adapter} whose service is a table of {@link Methods}. */
@ConsumerType
public interface MethodsAdapter extends Adapter {
    /** Returns the methods. Always the same. */
    Methods methods();

    @Override
    default String service() {
        return methods().service();
    }

    @Override
    default Role requiredRole(String method) {
        return methods().requiredRole(method);
    }

    @Override
    default boolean replaySafe(String method) {
        return methods().replaySafe(method);
    }

    @Override
    default void handle(Call call) throws IOException {
        methods().handle(call);
    }
}
