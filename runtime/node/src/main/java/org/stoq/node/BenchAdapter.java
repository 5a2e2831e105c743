package org.stoq.node;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Component;
import org.stoq.client.pattern.Pattern;
import org.stoq.client.pattern.PatternCheck;
import org.stoq.client.pattern.PatternSource;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Adapter;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Methods;
import org.stoq.sdk.call.MethodsAdapter;
import org.stoq.sdk.call.Response;
import org.stoq.sdk.call.Role;
import org.stoq.sdk.cbor.CborMap;

/**
 * The service {@code bench}: the node's end of a measurement (docs/spec/node.md). For operators
 * only, because whoever may use it can keep the node as busy as he likes. Keeps nothing between
 * calls.
 */
@Component(service = Adapter.class, immediate = true)
public final class BenchAdapter implements MethodsAdapter {
    /** The longest body that is echoed. */
    static final int MAX_ECHO_BYTES = 1 << 16;

    /** A DATA frame fits, and no more is read at once. */
    private static final int READ_BYTES = 1 << 16;

    private static final int WRITE_BYTES = 1 << 18;

    private final Methods methods =
            Methods.of("bench")
                    .add("source", Role.OPERATOR, this::source)
                    .add("sink", Role.OPERATOR, this::sink)
                    .add("echo", Role.OPERATOR, BenchAdapter::echo)
                    .add("usage", Role.OPERATOR, BenchAdapter::usage)
                    .build();

    /** Made by the first who needs it: most nodes are never measured. Immutable, so who races. */
    private volatile @Nullable Pattern pattern;

    @Override
    public Methods methods() {
        return methods;
    }

    private Pattern pattern() {
        Pattern made = pattern;
        if (made == null) {
            made = new Pattern(Pattern.DEFAULT_SEED, false);
            pattern = made;
        }
        return made;
    }

    private void source(Call call) throws IOException {
        long left = call.request().arguments().integer(1);
        if (left < 0) {
            throw new StoqException(StoqErrorCode.INVALID_REQUEST, left + " bytes");
        }
        PatternSource source = new PatternSource(pattern(), stream(call, 2));
        try (WritableByteChannel body = call.respond(Response.ok().withBody(left))) {
            while (left > 0) {
                ByteBuffer next = source.next((int) Math.min(left, WRITE_BYTES));
                left -= next.remaining();
                body.write(next);
            }
        }
    }

    private void sink(Call call) throws IOException {
        PatternCheck check = new PatternCheck(pattern(), stream(call, 1));
        ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES);
        ReadableByteChannel body = call.body();
        while (body.read(buffer) >= 0) {
            check.accept(buffer.flip());
            buffer.clear();
            Optional<String> mismatch = check.mismatch();
            if (mismatch.isPresent()) {
                throw new StoqException(StoqErrorCode.INTEGRITY, mismatch.get());
            }
        }
        call.answer(CborMap.builder().put(1, check.verified()).build());
    }

    private static long stream(Call call, int key) throws StoqException {
        return call.request().arguments().findInteger(key).orElse(0);
    }

    private static void echo(Call call) throws IOException {
        OptionalLong announced = call.request().bodyLength();
        ByteBuffer all =
                ByteBuffer.allocate(
                        Math.clamp(announced.orElse(MAX_ECHO_BYTES), 0, MAX_ECHO_BYTES) + 1);
        int read = 0;
        while (all.hasRemaining() && read >= 0) {
            read = call.body().read(all);
        }
        if (all.position() > MAX_ECHO_BYTES) {
            throw new StoqException(
                    StoqErrorCode.TOO_LARGE,
                    "more than %,d bytes to echo".formatted(MAX_ECHO_BYTES));
        }
        all.flip();
        try (WritableByteChannel body = call.respond(Response.ok().withBody(all.remaining()))) {
            body.write(all);
        }
    }

    private static void usage(Call call) throws IOException {
        if (call.request().arguments().findInteger(1).orElse(0) == 1) {
            // What nobody refers to any more is nobody's memory.
            System.gc();
        }
        call.answer(
                CborMap.builder()
                        .put(1, ProcessUsage.cpuNanos())
                        .put(2, ProcessUsage.residentBytes())
                        .put(3, (long) Runtime.getRuntime().availableProcessors())
                        .build());
    }
}
