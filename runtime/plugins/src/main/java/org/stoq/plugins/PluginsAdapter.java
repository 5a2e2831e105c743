package org.stoq.plugins;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.hooks.bundle.CollisionHook;
import org.osgi.framework.hooks.resolver.ResolverHookFactory;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Adapter;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Methods;
import org.stoq.sdk.call.MethodsAdapter;
import org.stoq.sdk.call.Role;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.config.PluginsConfig;

/**
 * The service {@code plugins}: {@code list}, {@code install} and {@code remove}, for operators. Its
 * life is that of the watch over the folder.
 */
@Component(
        service = Adapter.class,
        immediate = true,
        configurationPid = PluginsConfig.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class PluginsAdapter implements MethodsAdapter {
    private static final Pattern FILE_NAME =
            Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}\\.jar");
    private static final int BLOCK_BYTES = 64 << 10;

    /** How long a call without a deadline waits. */
    private static final Duration DEFAULT_LIMIT = Duration.ofMinutes(1);

    /** How long the worker may take to end, besides the time that calls in flight are given. */
    private static final Duration CLOSING_LIMIT = Duration.ofSeconds(5);

    private final BundleContext context;
    private final NodePlace place;
    private final long maxFileBytes;
    private final PluginFolder folder;
    private final FolderWorker worker;
    private final Methods methods =
            Methods.of(PluginsConfig.NAME)
                    .add("list", Role.OPERATOR, this::list)
                    .add("install", Role.OPERATOR, this::install)
                    .add("remove", Role.OPERATOR, this::remove)
                    .build();

    /** Written by whoever changes the configuration, read by whoever ends the component. */
    private volatile Duration drainTimeout;

    /**
     * How the folder is watched.
     *
     * @param quiet how long a file must look the same before it is read
     * @param rescan how often the folder is looked at when nothing is heard of it
     * @param startLimit how long the activator of a plug-in may take
     */
    record Pace(Duration quiet, Duration rescan, Duration startLimit) {
        static final Pace USUAL =
                new Pace(Duration.ofMillis(200), Duration.ofSeconds(5), Duration.ofSeconds(30));
    }

    /**
     * Starts to watch the folder; OSGi does.
     *
     * @param properties the table {@code [plugins]}
     */
    @Activate
    public PluginsAdapter(
            BundleContext context, @Reference NodePlace place, Map<String, Object> properties) {
        this(context, place, PluginsConfig.TABLE.readProperties(properties), Pace.USUAL);
    }

    PluginsAdapter(BundleContext context, NodePlace place, PluginsConfig config, Pace pace) {
        this.context = context;
        this.place = place;
        Path path = place.dataDir().resolve(config.directory());
        this.maxFileBytes = config.maxSize().bytes();
        this.drainTimeout = config.drainTimeout();
        Overlap overlap = new Overlap();
        context.registerService(
                new String[] {CollisionHook.class.getName(), ResolverHookFactory.class.getName()},
                overlap,
                null);
        this.folder =
                new PluginFolder(
                        new PluginFolder.Places(path, context.getDataFile("staging").toPath()),
                        new Admission(AdmissionLimits.ofFileBytes(maxFileBytes)),
                        new PluginBundles(context, pace.startLimit()),
                        SigningRule.of(config, place.listen()),
                        pace.quiet(),
                        new PluginFolder.Clocks(InstantSource.system(), System::nanoTime));
        this.worker = new FolderWorker(folder, path, pace.rescan());
    }

    /**
     * Takes over what changed live: who may sign, and whether a signature is needed.
     *
     * @param properties the table {@code [plugins]}
     */
    @Modified
    void modified(Map<String, Object> properties) {
        modified(PluginsConfig.TABLE.readProperties(properties));
    }

    void modified(PluginsConfig config) {
        drainTimeout = config.drainTimeout();
        SigningRule rule = SigningRule.of(config, place.listen());
        worker.post(() -> {
            folder.apply(rule);
            return rule;
        });
    }

    /**
     * Ends the watch. The plug-ins go with it, unless the whole framework stops, which stops them
     * itself.
     */
    @Deactivate
    void close() {
        Bundle framework = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION);
        worker.close(framework.getState() != Bundle.STOPPING, drainTimeout.plus(CLOSING_LIMIT));
    }

    @Override
    public Methods methods() {
        return methods;
    }

    /** Returns what an operator sees. */
    List<PluginStatus> statuses() {
        return folder.statuses();
    }

    /** Returns the thread on which plug-ins start and stop. */
    Thread thread() {
        return worker.thread();
    }

    private void list(Call call) throws IOException {
        List<CborMap> plugins = statuses().stream().map(PluginStatus::toCbor).toList();
        call.answerBody(CborMap.builder().put(1, plugins).build());
    }

    private void install(Call call) throws IOException {
        String file = fileName(call);
        long announced = call.request().bodyLength().orElse(0);
        if (announced > maxFileBytes) {
            throw tooLarge(announced);
        }
        Path upload = folder.newUpload();
        try {
            receive(call.body(), upload);
            PluginJar jar = worker.call(() -> folder.install(upload, file), limit(call));
            call.answer(
                    CborMap.builder()
                            .put(1, jar.symbolicName())
                            .put(2, jar.version().toString())
                            .put(3, PluginState.ACTIVE.word())
                            .build());
        } finally {
            Files.deleteIfExists(upload);
        }
    }

    private void receive(ReadableByteChannel body, Path upload) throws IOException {
        try (FileChannel out = FileChannel.open(upload, StandardOpenOption.WRITE)) {
            ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
            long received = 0;
            while (body.read(block) >= 0) {
                received += block.flip().remaining();
                if (received > maxFileBytes) {
                    throw tooLarge(received);
                }
                while (block.hasRemaining()) {
                    out.write(block);
                }
                block.clear();
            }
            out.force(true);
        }
    }

    private void remove(Call call) throws IOException {
        String file = fileName(call);
        worker.call(
                () -> {
                    folder.remove(file);
                    return file;
                },
                limit(call));
        call.answer(CborMap.EMPTY);
    }

    private static String fileName(Call call) throws StoqException {
        String file = call.request().arguments().text(1);
        if (!FILE_NAME.matcher(file).matches()) {
            throw new StoqException(
                    StoqErrorCode.INVALID_REQUEST,
                    "a plug-in's file is called like my-plugin-1.0.jar: letters, digits, '.', '_',"
                            + " '-', and .jar at the end");
        }
        return file;
    }

    private static Duration limit(Call call) {
        Duration deadline = call.request().deadline();
        return deadline.isZero() ? DEFAULT_LIMIT : deadline;
    }

    private StoqException tooLarge(long bytes) {
        return new StoqException(
                StoqErrorCode.TOO_LARGE,
                "a plug-in of %d bytes or more, plugins.max_size is %d"
                        .formatted(bytes, maxFileBytes));
    }
}
