export { communicatorChecks, type CommunicatorCheck } from './testing/communicator-checks';
