/** The pages of the site without the reference, in reading order. `src/texts-for-language-models.ts` lists the same. */
export const guideSidebar: { text: string; items: { text: string; link: string }[] }[] = [
  {
    text: 'Begin',
    items: [
      { text: 'Get started', link: '/get-started' },
      { text: 'The command hrm', link: '/hrm' },
      { text: 'Start a project', link: '/guides/start-a-project' },
      { text: 'Your own task in ten minutes', link: '/your-own-task' },
      { text: 'Examples', link: '/examples' },
      { text: 'About the playground', link: '/about-the-playground' },
    ],
  },
  {
    text: 'What HRM is',
    items: [
      { text: 'In short', link: '/what-hrm-is/' },
      { text: '1. Two latents, zL and zH', link: '/what-hrm-is/two-latents' },
      { text: '2. Deep supervision', link: '/what-hrm-is/deep-supervision' },
      { text: '3. The 1-step gradient', link: '/what-hrm-is/one-step-gradient' },
      { text: '4. Fixed points', link: '/what-hrm-is/fixed-points' },
      { text: '5. When to stop', link: '/what-hrm-is/when-to-stop' },
      { text: '6. TRM, the smaller one', link: '/what-hrm-is/trm' },
    ],
  },
  {
    text: 'Guides',
    items: [
      { text: 'Swap the schedule', link: '/guides/schedule' },
      { text: 'Swap the halting controller', link: '/guides/controller' },
      { text: 'Swap a layer', link: '/guides/layer' },
      { text: 'Deep equilibrium', link: '/guides/deep-equilibrium' },
      { text: 'Official checkpoints', link: '/guides/official-checkpoints' },
      { text: 'In a browser', link: '/guides/browser' },
      { text: 'Native TensorFlow and GPUs', link: '/guides/native-and-gpu' },
      { text: 'Many machines', link: '/many-machines' },
      { text: 'Sweeps', link: '/sweeps' },
      { text: 'From PyTorch', link: '/guides/from-pytorch' },
      { text: 'Reports of runs', link: '/reports' },
      { text: 'Puzzle identifiers', link: '/puzzle-embeddings' },
    ],
  },
  {
    text: 'Measured',
    items: [
      { text: 'What learns', link: '/results' },
      { text: 'Performance', link: '/performance' },
      { text: 'Schedules and controllers compared', link: '/comparison' },
      { text: 'Reliability', link: '/reliability' },
    ],
  },
  {
    text: 'Look up',
    items: [
      { text: 'Every key of a config', link: '/config' },
      { text: 'Packages', link: '/packages/' },
      { text: 'Reference of every export', link: '/api/' },
      { text: 'npm create hrm', link: '/create-hrm' },
      { text: 'The command hrm-lab', link: '/hrm-lab' },
      { text: 'Changes', link: '/changelog' },
    ],
  },
  {
    text: 'The project',
    items: [
      { text: 'Architecture', link: '/architecture' },
      { text: 'Contributing', link: '/contributing' },
      { text: 'Code of conduct', link: '/code-of-conduct' },
      { text: 'Security', link: '/security' },
    ],
  },
];
