package org.stoq.bench.contender;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.transport.Credentials;

/**
 * TLS 1.3 over TCP by the JDK's {@code SSLSocket}: AES-128-GCM, as BoringSSL chooses it too. TCP
 * has no streams: each stream of the measurement is a connection of its own.
 */
final class TlsTcpContender implements Contender {
    private static final System.Logger LOG = System.getLogger(TlsTcpContender.class.getName());
    private static final String[] PROTOCOLS = {"TLSv1.3"};
    private static final String[] CIPHERS = {"TLS_AES_128_GCM_SHA256"};
    private static final int BUFFER_BYTES = 256 << 10;
    private static final int MOST_BUFFER_BYTES = 1 << 24;

    /** Virtual threads would add the cost of their poller. */
    private final ThreadFactory threads = Thread.ofPlatform().name("bench-tls").daemon().factory();

    private final SSLContext tls;
    private final int bufferBytes;
    private @Nullable ServerSocket listener;

    TlsTcpContender(ContenderSpec spec, Setup setup) throws UnavailableException {
        this.bufferBytes = spec.number("write", Flow.HEADER_BYTES, MOST_BUFFER_BYTES, BUFFER_BYTES);
        try {
            this.tls = context(setup.credentials());
        } catch (GeneralSecurityException | IOException e) {
            throw new UnavailableException("the JDK's TLS does not work: " + e.getMessage(), e);
        }
    }

    private static SSLContext context(Credentials credentials)
            throws GeneralSecurityException, IOException {
        KeyStore authorities = KeyStore.getInstance(KeyStore.getDefaultType());
        authorities.load(null, null);
        for (X509Certificate authority : credentials.authorities()) {
            authorities.setCertificateEntry(authority.getSerialNumber().toString(), authority);
        }
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(authorities);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(new KeyManager[] {credentials.keyManager()}, trust.getTrustManagers(), null);
        return context;
    }

    @Override
    public InetSocketAddress serve(Supplier<Flow> flows) throws IOException {
        SSLServerSocket opened =
                (SSLServerSocket) tls.getServerSocketFactory().createServerSocket();
        opened.setEnabledProtocols(PROTOCOLS);
        opened.setEnabledCipherSuites(CIPHERS);
        opened.setNeedClientAuth(true);
        opened.bind(StoqContender.ANY_PORT);
        listener = opened;
        threads.newThread(() -> accept(opened, flows)).start();
        return (InetSocketAddress) opened.getLocalSocketAddress();
    }

    private void accept(ServerSocket opened, Supplier<Flow> flows) {
        try {
            while (true) {
                start(opened.accept(), flows.get());
            }
        } catch (SocketException e) {
            LOG.log(System.Logger.Level.DEBUG, "the port is closed", e);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "accepting has ended", e);
        }
    }

    @Override
    public Connections connect(InetSocketAddress remote, List<List<Flow>> flows)
            throws IOException {
        List<Socket> opened = new ArrayList<>();
        Connections all = () -> opened.forEach(TlsTcpContender::close);
        try {
            for (List<Flow> streams : flows) {
                for (Flow flow : streams) {
                    SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket();
                    opened.add(socket);
                    socket.setEnabledProtocols(PROTOCOLS);
                    socket.setEnabledCipherSuites(CIPHERS);
                    socket.setTcpNoDelay(true);
                    socket.connect(remote);
                    socket.startHandshake();
                    start(socket, flow);
                }
            }
        } catch (IOException | RuntimeException e) {
            all.close();
            throw e;
        }
        return all;
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a socket did not close", e);
        }
    }

    private void start(Socket socket, Flow flow) throws IOException {
        socket.setTcpNoDelay(true);
        InputStream in = socket.getInputStream();
        OutputStream out = socket.getOutputStream();
        BlockingFlow.Stream blocking =
                new BlockingFlow.Stream() {
                    @Override
                    public int read(ByteBuffer target) throws IOException {
                        int read =
                                in.read(
                                        target.array(),
                                        target.arrayOffset() + target.position(),
                                        target.remaining());
                        if (read > 0) {
                            target.position(target.position() + read);
                        }
                        return read;
                    }

                    @Override
                    public void write(ByteBuffer source) throws IOException {
                        out.write(
                                source.array(),
                                source.arrayOffset() + source.position(),
                                source.remaining());
                        source.position(source.limit());
                    }

                    @Override
                    public void finish(ByteBuffer last) throws IOException {
                        write(last);
                        socket.shutdownOutput();
                    }
                };
        new BlockingFlow(flow, blocking, bufferBytes, false, threads).start();
    }

    @Override
    public void close() {
        ServerSocket open = listener;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, "the port did not close", e);
            }
        }
    }
}
