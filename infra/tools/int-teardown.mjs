export default async function teardown() {
  await globalThis.ringfenceStack?.close();
}
