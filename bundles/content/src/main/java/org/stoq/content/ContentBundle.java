package org.stoq.content;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.time.InstantSource;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cache.ChunkCache;
import org.stoq.sdk.call.Adapter;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Role;
import org.stoq.sdk.chunk.Chunker;
import org.stoq.sdk.config.CdnConfig;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.PushPromise;
import org.stoq.sdk.node.NodeIdentity;
import org.stoq.sdk.node.Peer;
import org.stoq.sdk.node.PeerListener;
import org.stoq.sdk.node.Peers;
import org.stoq.sdk.routing.Routes;
import org.stoq.sdk.store.ChunkStore;
import org.stoq.sdk.strategy.Strategies;
import org.stoq.sdk.strategy.StrategySlot;

/**
 * The content network as a bundle: the service {@code content}, and what peers say unasked.
 *
 * <p>Chunker and store are chosen by the node in its slots; of the configuration this reads {@code
 * compression}, {@code similarity}, {@code cache_size} and {@code replication_factor}, all of them
 * live.
 */
@Component(
        service = {Adapter.class, PeerListener.class},
        immediate = true,
        configurationPid = CdnConfig.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class ContentBundle implements Adapter, PeerListener {
    /** For tests, which look whether a thread is left. */
    final ContentParts parts;

    private final ContentAdapter adapter;
    private final Peers peers;

    /** With another store, which may come after this bundle, all begins anew. */
    private final StrategySlot.Subscription storeChanges;

    /** Starts; OSGi does. */
    @Activate
    public ContentBundle(
            @Reference Strategies strategies,
            @Reference NodeIdentity identity,
            @Reference Peers peers,
            @Reference Routes routes,
            @Reference ChunkCache cache,
            Map<String, Object> properties) {
        parts =
                ContentParts.assemble(
                        strategies,
                        identity,
                        peers,
                        routes,
                        cache,
                        CdnConfig.TABLE.readProperties(properties),
                        InstantSource.system());
        adapter =
                new ContentAdapter(
                        parts, strategies.slot(Chunker.class), identity, System::nanoTime);
        this.peers = peers;
        storeChanges = strategies.slot(ChunkStore.class).onChange(this::begin);
        begin();
    }

    /** Reads what was purged, counts what is stored, and meets the peers that are connected. */
    private void begin() {
        parts.purges().reload();
        parts.sweep().beginAll();
        parts.cacheLimit().adoptStored();
        peers.connected().forEach(parts.gossip()::again);
        parts.replicator().retry();
    }

    /** Applies the settings that have changed. */
    @Modified
    void modified(Map<String, Object> properties) {
        parts.apply(CdnConfig.TABLE.readProperties(properties));
    }

    /** Ends every thread of this bundle. */
    @Deactivate
    void deactivate() {
        storeChanges.close();
        parts.close();
    }

    @Override
    public String service() {
        return adapter.service();
    }

    @Override
    public Role requiredRole(String method) {
        return adapter.requiredRole(method);
    }

    @Override
    public boolean replaySafe(String method) {
        return adapter.replaySafe(method);
    }

    @Override
    public void handle(Call call) throws IOException {
        adapter.handle(call);
    }

    @Override
    public void connected(Peer peer) {
        parts.gossip().connected(peer);
        parts.replicator().retry();
    }

    @Override
    public void disconnected(Peer peer) {
        parts.gossip().disconnected(peer);
    }

    @Override
    public void announced(Peer peer, Frame frame) throws StoqException {
        parts.gossip().announced(peer, frame);
    }

    @Override
    public boolean pushed(Peer peer, PushPromise promise, ReadableByteChannel body)
            throws StoqException {
        return parts.gossip().pushed(peer, promise, body);
    }
}
