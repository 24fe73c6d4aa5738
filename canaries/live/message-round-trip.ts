import { flow, restoredPair } from '../../src/runner/flow.ts';

export default flow(
  'message-round-trip',
  async (context) => {
    const { own, peer, unique } = await restoredPair(context);
    const ping = `ping ${unique()}`;
    const id = await own.client.send(peer.phone.number, ping);
    await peer.client.message(ping);
    await own.client.ack(id, 'delivered');
    const pong = `pong ${unique()}`;
    await peer.client.send(own.phone.number, pong);
    await own.client.message(pong);
  },
  { deadlineSeconds: 300, liveAccounts: 2 },
);
