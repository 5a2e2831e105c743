package org.stoq.node;

import java.util.Collection;
import java.util.function.BiConsumer;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/**
 * Tells whoever started the framework how the node fares. That one stands outside of it and shares
 * no class of ours, so the words are texts, and the listener is a {@link BiConsumer} of event and
 * detail that it has registered with the property {@code stoq.launcher}. Without a listener nothing
 * is told.
 */
final class LauncherLink {
    /** The node serves; the detail is its address, a space, and its id. */
    static final String READY = "ready";

    /** The node cannot serve; the detail says why. */
    static final String FAILED = "failed";

    /** Somebody has asked the node to stop. */
    static final String STOP = "stop";

    private static final String FILTER = "(stoq.launcher=*)";

    private final BundleContext context;

    LauncherLink(BundleContext context) {
        this.context = context;
    }

    @SuppressWarnings({"rawtypes", "unchecked"}) // a service's type arguments are a matter of trust
    void tell(String event, String detail) {
        Collection<ServiceReference<BiConsumer>> found;
        try {
            found = context.getServiceReferences(BiConsumer.class, FILTER);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("the filter is a constant", e);
        }
        for (ServiceReference<BiConsumer> reference : found) {
            BiConsumer<String, String> listener = context.getService(reference);
            if (listener != null) {
                listener.accept(event, detail);
                context.ungetService(reference);
            }
        }
    }
}
