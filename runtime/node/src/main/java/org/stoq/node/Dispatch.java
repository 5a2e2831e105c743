package org.stoq.node;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Adapter;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Role;
import org.stoq.sdk.guard.GuardRule;
import org.stoq.sdk.guard.Verdict;

/** Gives calls to the adapter of their service, if the caller's role and the guard rules let it. */
final class Dispatch {
    private static final System.Logger LOG = System.getLogger(Dispatch.class.getName());

    private final AdapterTable adapters;
    private final Supplier<List<GuardRule>> rules;

    Dispatch(AdapterTable adapters, Supplier<List<GuardRule>> rules) {
        this.adapters = adapters;
        this.rules = rules;
    }

    /**
     * Returns whether a call may be answered before it is known who makes it, however often it
     * comes: a read that everybody may make.
     */
    boolean replaySafe(Request request) {
        Optional<AdapterTable.Use> found = adapters.use(request.service());
        if (found.isEmpty()) {
            return false;
        }
        try (AdapterTable.Use use = found.get()) {
            Adapter adapter = use.adapter();
            return adapter.replaySafe(request.method())
                    && Role.ANONYMOUS.includes(adapter.requiredRole(request.method()));
        }
    }

    /**
     * Answers a call.
     *
     * @throws StoqException NOT_FOUND, UNAUTHENTICATED or FORBIDDEN, what a rule or the adapter
     *     refuses with
     */
    void call(Call call) throws IOException {
        String service = call.request().service();
        try (AdapterTable.Use use =
                adapters.use(service)
                        .orElseThrow(() ->
                                new StoqException(
                                        StoqErrorCode.NOT_FOUND,
                                        "no service '" + service + "' on this node"))) {
            requireRole(call, use.adapter().requiredRole(call.request().method()));
            askRules(call);
            use.adapter().handle(call);
        }
    }

    private static void requireRole(Call call, Role needed) throws StoqException {
        Role role = call.caller().role();
        if (!role.includes(needed)) {
            throw new StoqException(
                    role == Role.ANONYMOUS
                            ? StoqErrorCode.UNAUTHENTICATED
                            : StoqErrorCode.FORBIDDEN,
                    "%s.%s needs the role %s, not %s"
                            .formatted(
                                    call.request().service(),
                                    call.request().method(),
                                    needed,
                                    role));
        }
    }

    private void askRules(Call call) throws StoqException {
        long now = System.nanoTime();
        for (GuardRule rule : rules.get()) {
            Verdict verdict;
            try {
                verdict = rule.judge(call.request(), call.caller(), now);
            } catch (RuntimeException | LinkageError e) {
                String text = "the guard rule '" + rule.name() + "' failed";
                LOG.log(System.Logger.Level.ERROR, text, e);
                throw new StoqException(StoqErrorCode.INTERNAL, text, e);
            }
            if (verdict.refusal().isPresent()) {
                throw verdict.refusal().get();
            }
        }
    }
}
